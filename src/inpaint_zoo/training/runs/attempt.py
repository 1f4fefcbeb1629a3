"""One attempt at a training: it holds its folder, and leaves the reason there when it fails."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from inpaint_zoo.config.error_messages import explain
from inpaint_zoo.files.atomic import write_text
from inpaint_zoo.runtime.processes import is_first_process
from inpaint_zoo.training.runs.lock import run_lock

FAILURE = "failure.txt"
CONFIG = "config.yaml"
OVERRIDES = "overrides.yaml"
"""What the command line of the last attempt has changed, beside the configuration that came of it."""


@contextlib.contextmanager
def attempt(folder: Path) -> Iterator[None]:
    """Do the work of the body in a run folder, which no other process may do meanwhile.

    `failure.txt` of an earlier attempt is removed; when the body fails, a new one says why in one line. What is refused
    before it has begun says nothing about a training that the folder holds already, and leaves everything as it was.

    Raises:
        InputError: Another process is at work in the folder.
    """
    with run_lock(folder):
        before, earlier = _begun(folder), read_failure(folder)
        forget_failure(folder)
        try:
            yield
        except Exception as error:
            if explain(error) is not None and before is not None and _begun(folder) == before:
                _leave(folder, earlier)
            elif folder.is_dir() and any(folder.iterdir()):
                write_failure(folder, error)
            raise


def _begun(folder: Path) -> int | None:
    """When a training last began in a folder: it writes its configuration then."""
    try:
        return (folder / CONFIG).stat().st_mtime_ns
    except OSError:
        return None


def reason_of(error: BaseException) -> str:
    """One line: what is wrong with what the user gave, or the kind and the first line of any other error."""
    first_line = str(error).strip().partition("\n")[0]
    return explain(error) or f"{type(error).__name__}: {first_line}".rstrip(": ")


def write_failure(folder: Path, error: BaseException) -> None:
    """Leave the reason of a failure in a run folder, which is made if need be."""
    _leave(folder, reason_of(error))


def _leave(folder: Path, reason: str | None) -> None:
    if reason is not None and is_first_process():
        with contextlib.suppress(Exception):  # what failed may be the disk; the reason is told on stderr as well
            write_text(folder / FAILURE, reason + "\n")


def read_failure(folder: Path) -> str | None:
    """The reason of the last failure; None where there was none."""
    try:
        return " ".join((folder / FAILURE).read_text(encoding="utf-8", errors="replace").split())
    except OSError:
        return None


def forget_failure(folder: Path) -> None:
    """A new attempt begins."""
    if is_first_process():
        with contextlib.suppress(OSError):  # what cannot be removed cannot be written over either, which is told then
            (folder / FAILURE).unlink(missing_ok=True)
