"""What a machine refuses, as one line for the user: memory, shared memory, file handles, compilers, broken packages.

Libraries report these as exceptions of many classes, and in a process that loads data all of them become other ones,
with the whole traceback as the message. So the text decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_LESS_MEMORY = (
    "lower data.batch_size=, data.size= or data.num_workers= (evaluate, compare: size=; predict, app: smaller images), "
    "or give another device"
)


class _Refusal(NamedTuple):
    signs: str
    """A regular expression for the class and the message of the exception."""
    line: str
    """What it means, and what to change."""
    of_settings: bool = False
    """Whether a training that asked for less would have been spared."""


# the first one that matches counts
_REFUSALS = (
    _Refusal(
        r"out of shared memory|shared memory\(shm\)|Bus error|/torch_\d+_\d+.*No space left|"
        r"unable to open shared memory",
        "shared memory (/dev/shm) is full: start the container with --shm-size=8g, or give data.num_workers=0",
    ),
    _Refusal(
        r"Too many open files|received 0 items of ancdata|WinError 4\b|Errno 2[34]\]",
        "there are too few file handles: raise their number with ulimit -n 4096, or lower data.num_workers=",
    ),
    _Refusal(
        r"OutOfMemoryError|MemoryError|[Oo]ut of memory|[Cc](?:an't|annot) allocate memory|not enough memory|"
        r"bad_?alloc|Insufficient memory|STATUS_ALLOC_FAILED|Not enough memory resources|paging file is too small|"
        r"Errno 12\]|WinError (?:8|14|1455)\b|error code: <1455>",
        f"out of memory: {_LESS_MEMORY}",
        of_settings=True,
    ),
    _Refusal(
        r"DataLoader worker .* (?:exited unexpectedly|killed by signal)|BrokenProcessPool",
        "a process that loads data was killed, most often because memory ran out: lower data.num_workers= or "
        "data.batch_size=",
        of_settings=True,
    ),
    _Refusal(
        r"can't start new thread|Resource temporarily unavailable",
        "the system allows no more threads or processes: raise their number with ulimit -u, or lower data.num_workers= "
        "and OMP_NUM_THREADS",
    ),
    _Refusal(
        r"No working C\+\+ compiler|InvalidCxxCompiler|CppCompileError|C\+\+ compile error|Failed to find C compiler|"
        r"Compiler: \S+ is not found|[Cc]annot find a working triton|TritonMissing",
        "compile=true needs a working compiler: install g++ (its path may be given in CXX), or give compile=false",
    ),
    _Refusal(
        r"module 'cv2|No module named 'cv2|libGL\.so|_ARRAY_API not found",
        "the installed OpenCV (cv2) is incomplete, as after several of its packages: pip uninstall opencv-python "
        "opencv-contrib-python opencv-python-headless, then pip install --force-reinstall opencv-python-headless",
    ),
    _Refusal(
        r"EADDRINUSE|Address already in use",
        "the port of the processes is in use: give another one in MASTER_PORT (torchrun: --master-port)",
    ),
    _Refusal(
        r"Could not determine home directory|Can't determine home directory",
        "there is no home folder: set HOME to a folder that can be written",
    ),
    _Refusal(
        r"Errno (?:28|122)\]|No space left on device|Disk quota exceeded",
        "the disk is full{named}: free some space, or write elsewhere (run_dir=, output=, TMPDIR)",
    ),
    _Refusal(
        r"Errno 30\]|Read-only file system",
        "a folder cannot be written{named}: set HOME, TMPDIR, TORCH_HOME or XDG_CACHE_HOME to one that can",
    ),
)
_DETAIL = re.compile(r"(?:[Tt]ried to allocate|Unable to allocate) ([\d.]+ ?\w+)")
_NAMED = re.compile(r"(?:device|system|exceeded): ('[^'\n]+'|\"[^\"\n]+\")")
_EXPECTED = (OSError, RuntimeError, MemoryError, ImportError, AttributeError)
"""Kinds of exceptions that are looked at; others only if their class is one of torch's compiler."""


def machine_refusal(error: BaseException) -> str | None:
    """One line for an error that the machine is the reason of, None for any other.

    Args:
        error: Any exception; those that it was raised from count as well.
    """
    found = next((found for cause in causes(error) if (found := _found(cause))), None)
    if found is None:
        return None
    refusal, text = found
    return refusal.line.format(named=_named(text)) + _detail(text)


def asked_too_much(error: BaseException) -> bool:
    """Whether the machine refused something that other settings need less of: memory."""
    return any(found[0].of_settings for cause in causes(error) if (found := _found(cause)))


def causes(error: BaseException) -> Iterator[BaseException]:
    """An exception, and those that it was raised from, or that were raised before it was.

    The signal that a loading process has ended raises an exception wherever the program is just then, and what it
    interrupts may raise another one.
    """
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def _found(error: BaseException) -> tuple[_Refusal, str] | None:
    """The refusal that an exception tells, and its text."""
    kinds = {f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__}
    if not isinstance(error, _EXPECTED) and not any(kind.startswith(("torch.", "cv2.", "triton.")) for kind in kinds):
        return None
    # the indented lines of a traceback are code, in which any word may stand
    text = re.sub(r"^\s.*\n", "", f"{' '.join(sorted(kinds))}\n{error}", flags=re.MULTILINE)
    return next(((refusal, text) for refusal in _REFUSALS if re.search(refusal.signs, text)), None)


def _named(text: str) -> str:
    found = _NAMED.search(text)
    return "" if found is None else f" ({found[1]})"


def _detail(text: str) -> str:
    found = _DETAIL.search(text)
    return "" if found is None else f" ({found[1]} more were asked for)"
