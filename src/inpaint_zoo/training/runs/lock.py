"""Which process is at work in a run folder."""

from __future__ import annotations
import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime.processes import is_first_process


try:
    import fcntl
except ImportError:  # Windows, where nothing is held and nothing seems to run
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def run_lock(folder: Path) -> Iterator[None]:
    """Hold a run folder until the body ends, or until this process ends in whatever way.

    What is held is a lock of the operating system on the folder itself: it leaves no file behind, and no process that
    was killed holds it. Of the processes that share a training only the first one holds it.

    Raises:
        InputError: Another process holds it.
    """
    handle = _locked(folder) if is_first_process() else None
    try:
        yield
    finally:
        if handle is not None:
            _open_locks.discard(handle)
            os.close(handle)


def is_locked(folder: Path) -> bool:
    """Whether a process is at work in a run folder; false where the file system has no locks on folders (old NFS)."""
    try:
        with run_lock(folder):
            return False
    except InputError:
        return True


_open_locks: set[int] = set()


def _locked(folder: Path) -> int | None:
    if fcntl is None:
        return None
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # the training itself says what is wrong with its folder
        return None
    try:
        _lock(handle)
    except BlockingIOError:
        os.close(handle)
        raise InputError(f"another process is at work in {folder}: wait for its end, or give another run_dir") from None
    except OSError:
        os.close(handle)
        return None
    _open_locks.add(handle)
    return handle


def _lock(handle: int) -> None:
    for pause in (0.02, 0.1, 0):  # who only looks holds it for an instant
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not pause:
                raise
            time.sleep(pause)
        else:
            return


def _let_go() -> None:
    for handle in _open_locks:
        os.close(handle)
    _open_locks.clear()


if hasattr(os, "register_at_fork"):
    # workers of data loaders outlive a killed training by seconds, and would hold its folder so long
    os.register_at_fork(after_in_child=_let_go)
