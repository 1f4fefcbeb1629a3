"""Where a training goes on from."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path

from inpaint_zoo.errors import DamagedFileError, InputError, InputWarning
from inpaint_zoo.training.checkpoint_io import LAST, PREVIOUS


def resume_from(ckpt_path: str | None, folder: Path, check: Callable[[Path], None]) -> Path | None:
    """The checkpoint that `ckpt_path` means; None where a training begins.

    A job that SLURM has started again goes on by itself.

    Args:
        ckpt_path: A file, or `last` for `last.ckpt` of `folder`, or for the one before where that is damaged.
        folder: Of the run.
        check: Raises an `InputError` where a training cannot go on from a file, `DamagedFileError` where the file is
            damaged.

    Raises:
        InputError: There is no such file, or it cannot be used.
    """
    last, previous = folder / LAST, folder / PREVIOUS
    requeued = os.environ.get("SLURM_RESTART_COUNT", "0") != "0" and (last.is_file() or previous.is_file())
    if ckpt_path is None and not requeued:
        return None
    path = last if ckpt_path in {None, "last"} else Path(str(ckpt_path))
    if path == last and previous.is_file():
        return _newest_whole(last, previous, check)
    if path.is_dir():
        raise InputError(f"ckpt_path: {path} is a folder: give run_dir={path} ckpt_path=last, or a checkpoint in it.")
    if not path.is_file():
        raise InputError(
            f"ckpt_path: {path} does not exist: give run_dir=DIR of the run to go on with, or a checkpoint."
        )
    check(path)
    return path


def _newest_whole(last: Path, previous: Path, check: Callable[[Path], None]) -> Path:
    try:
        check(last)
    except DamagedFileError as error:
        reason = str(error) if last.exists() else f"{last} is missing."
        try:
            check(previous)
        except DamagedFileError as second:
            raise InputError(
                f"ckpt_path: {reason} {previous}, the checkpoint before it, cannot be read either: begin again in "
                f"another run_dir, with init_from={last.with_name('best.ckpt')} if that is whole"
            ) from second
        warnings.warn(f"{reason} Going on from {previous}, the checkpoint before it.", InputWarning, stacklevel=2)
        return previous
    return last
