"""Why a training failed: `failure.txt` in its run folder, and the lock under which a training runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from inpaint_zoo.config.error_messages import explain
from inpaint_zoo.files.atomic import write_text
from inpaint_zoo.runtime.ranks import is_first_process
from inpaint_zoo.training.runs.files import CONFIG, FAILURE
from inpaint_zoo.training.runs.lock import run_lock


@contextlib.contextmanager
def locked_run(folder: Path) -> Iterator[None]:
    """Run the body while holding the run lock of a folder, and record there why the body failed.

    `failure.txt` of an earlier run is removed at the start; when the body fails, a new one gives the reason in one
    line. An input error raised before the training starts says nothing about the training that the folder may hold
    already: everything is then left as it was.

    Raises:
        InputError: Another process is using the folder.
    """
    with run_lock(folder):
        started, earlier = _start_time(folder), read_failure(folder)
        remove_failure(folder)
        try:
            yield
        except Exception as error:
            if explain(error) is not None and started is not None and _start_time(folder) == started:
                _write(folder, earlier)
            elif _start_time(folder) is not None:  # any other folder may be somebody's images
                write_failure(folder, error)
            raise


def _start_time(folder: Path) -> int | None:
    """When a training was last started in a folder: it writes its configuration at that moment."""
    try:
        return (folder / CONFIG).stat().st_mtime_ns
    except OSError:
        return None


def failure_reason(error: BaseException) -> str:
    """One line: the error message for the user, or the class and the first line of any other error."""
    first_line = str(error).strip().partition("\n")[0]
    return explain(error) or f"{type(error).__name__}: {first_line}".rstrip(": ")


def write_failure(folder: Path, error: BaseException) -> None:
    """Write the reason of a failure into a run folder, which is created if it is missing."""
    _write(folder, failure_reason(error))


def _write(folder: Path, reason: str | None) -> None:
    if reason is not None and is_first_process():
        with contextlib.suppress(Exception):  # the disk itself may have failed; stderr shows the reason as well
            write_text(folder / FAILURE, reason + "\n")


def read_failure(folder: Path) -> str | None:
    """The reason of the last failure; None if there was none."""
    try:
        return " ".join((folder / FAILURE).read_text(encoding="utf-8", errors="replace").split())
    except OSError:
        return None


def remove_failure(folder: Path) -> None:
    """Remove the reason of an earlier failure, because the training is started again."""
    if is_first_process():
        with contextlib.suppress(OSError):  # if it cannot be removed, writing there will fail and be reported
            (folder / FAILURE).unlink(missing_ok=True)
