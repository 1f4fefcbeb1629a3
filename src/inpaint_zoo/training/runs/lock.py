"""The run lock: one process at a time uses a run folder."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime.ranks import is_first_process

try:
    import fcntl
except ImportError:  # Windows: no folder is ever locked there, and no run appears to be running
    fcntl = None  # type: ignore[assignment]


class FolderInUseError(InputError):
    """Another process holds the lock of a run folder."""


@contextlib.contextmanager
def run_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of a run folder until the body ends, or until this process ends for whatever reason.

    The lock belongs to the operating system and lies on the folder itself: it needs no file, and a killed process
    does not keep it. Of the processes that train together, only the first one takes the lock.

    Raises:
        FolderInUseError: Another process holds the lock.
    """
    handle = _locked_handle(folder) if is_first_process() else None
    try:
        yield
    finally:
        if handle is not None:
            _open_locks.discard(handle)
            os.close(handle)


def is_locked(folder: Path) -> bool:
    """Whether a process is using a run folder; always false on a file system without locks on folders (old NFS)."""
    try:
        with run_lock(folder):
            return False
    except FolderInUseError:
        return True


@contextlib.contextmanager
def in_turn(folder: Path) -> Iterator[None]:
    """Run the body when no other process runs one for the same folder; waits for at most ten seconds."""
    deadline = time.monotonic() + 10
    with contextlib.ExitStack() as held:
        while time.monotonic() < deadline:
            try:
                held.enter_context(run_lock(folder))
                break
            except FolderInUseError:
                time.sleep(0.05)
        yield


_open_locks: set[int] = set()


def _locked_handle(folder: Path) -> int | None:
    if fcntl is None:
        return None
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # the training itself reports what is wrong with its folder
        return None
    try:
        _lock(handle)
    except BlockingIOError:
        os.close(handle)
        raise FolderInUseError(
            f"another process is using {folder}: wait until it ends, or give another run_dir"
        ) from None
    except OSError:
        os.close(handle)
        return None
    if not folder.is_dir() or not os.path.samestat(os.fstat(handle), folder.stat()):
        os.close(handle)  # another sweep has removed it as empty since it was opened
        folder.mkdir(exist_ok=True)
        return _locked_handle(folder)
    _open_locks.add(handle)
    return handle


def _lock(handle: int) -> None:
    for pause in (0.02, 0.1, 0):  # `is_locked` in another process holds the lock for an instant
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not pause:
                raise
            time.sleep(pause)
        else:
            return


def _close_locks() -> None:
    for handle in _open_locks:
        os.close(handle)
    _open_locks.clear()


if hasattr(os, "register_at_fork"):
    # workers of data loaders outlive a killed training by seconds, and would keep its folder locked that long
    os.register_at_fork(after_in_child=_close_locks)
