"""Writing files atomically: whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from inpaint_zoo.checks import one_path
from inpaint_zoo.errors import InputError

_LONGEST_NAME, _LONGEST_PATH = 255, 3500
"""In bytes. Usual file systems allow 255 for a name and 4096 for a path; the rest is for the files in a folder."""


def write_bytes(path: Path, chunks: Iterable[bytes]) -> None:
    """Write `chunks` to a new file beside `path` and rename it, so that no reader finds half a file.

    Missing folders are created. If anything fails, an older file of that name stays as it was.

    Raises:
        InputError: The folder or the file cannot be written.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.writelines(chunks)
        Path(temporary).chmod(0o666 & ~_umask())  # mkstemp gives 0600, an ordinary file has the user's mode
        Path(temporary).replace(path)
        temporary = None
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot write {path} ({reason}): choose a folder that can be written") from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically; file names that are not UTF-8 keep their bytes."""
    write_bytes(path, [text.encode("utf-8", "surrogateescape")])


def writable_folder(path: str | None, key: str = "output") -> Path:
    """Check that results can be written to a folder, which need not exist yet, before the work starts.

    Args:
        path: The folder.
        key: Its key, for the message.

    Raises:
        InputError: It cannot be written.
    """
    folder = Path(one_path(path, key)).expanduser()
    # lexists: a broken link is in the way too
    nearest = next(parent for parent in (folder, *folder.parents) if os.path.lexists(parent))
    fits = len(os.fsencode(folder)) <= _LONGEST_PATH and all(
        len(os.fsencode(part)) <= _LONGEST_NAME for part in folder.parts
    )
    if not fits or not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise InputError(f"{key}: cannot write to {folder}: choose a folder that can be written")
    return folder


def writable_file(path: str | None) -> Path:
    """Check that a result can be written to a file, whose folder need not exist yet.

    Raises:
        InputError: As `writable_folder`, or there is a folder of that name.
    """
    file = Path(one_path(path, "output")).expanduser()
    if len(os.fsencode(file.name)) > _LONGEST_NAME or os.path.isdir(file):  # noqa: PTH112 - False for long paths
        raise InputError(f"output: cannot write {file}: choose the name of a file")
    return writable_folder(str(file.parent)) / file.name


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, unless it is there.

    Raises:
        InputError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {folder} ({error.strerror}): choose another place") from error


@contextlib.contextmanager
def whole_or_nothing(folder: Path, wanted: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Delete what the body wrote to a folder that was new or empty, if the body raises.

    Args:
        folder: Where the body writes; it is removed if it did not exist before.
        wanted: Asked after an exception: whether to keep what was written all the same.
    """
    existed = folder.is_dir()
    new = not existed or not any(folder.iterdir())
    try:
        yield
    except BaseException:
        if new and folder.is_dir() and not wanted():
            for path in folder.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            if not existed:
                folder.rmdir()
        raise


def cache_folder() -> Path:
    """The folder of caches: `$XDG_CACHE_HOME/inpaint-zoo`, or `~/.cache/inpaint-zoo`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "inpaint-zoo")


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
