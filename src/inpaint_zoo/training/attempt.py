"""One attempt at a training: it holds its folder, and leaves the reason there when it fails."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from inpaint_zoo.explanation import explain
from inpaint_zoo.files import write_text
from inpaint_zoo.training.occupation import is_first_process, occupied

FAILURE = "failure.txt"


@contextlib.contextmanager
def attempt(folder: Path) -> Iterator[None]:
    """Do the work of the body in a run folder, which no other process may do meanwhile.

    `failure.txt` of an earlier attempt is removed; when the body fails after it has left something in the folder, a new
    one says why in one line.

    Raises:
        InputError: Another process is at work in the folder.
    """
    with occupied(folder):
        forget_failure(folder)
        try:
            yield
        except Exception as error:
            if folder.is_dir() and any(folder.iterdir()):
                write_failure(folder, error)
            raise


def reason_of(error: BaseException) -> str:
    """One line: what is wrong with what the user gave, or the kind and the first line of any other error."""
    first_line = str(error).strip().partition("\n")[0]
    return explain(error) or f"{type(error).__name__}: {first_line}".rstrip(": ")


def write_failure(folder: Path, error: BaseException) -> None:
    """Leave the reason of a failure in a run folder, which is made if need be."""
    if is_first_process():
        with contextlib.suppress(Exception):  # what failed may be the disk; the reason is told on stderr as well
            write_text(folder / FAILURE, reason_of(error) + "\n")


def read_failure(folder: Path) -> str | None:
    """The reason of the last failure; None where there was none."""
    try:
        return " ".join((folder / FAILURE).read_text(encoding="utf-8", errors="replace").split())
    except OSError:
        return None


def forget_failure(folder: Path) -> None:
    """A new attempt begins."""
    if is_first_process():
        (folder / FAILURE).unlink(missing_ok=True)
