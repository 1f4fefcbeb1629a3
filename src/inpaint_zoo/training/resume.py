"""Where a training goes on from."""

from __future__ import annotations

from pathlib import Path

from inpaint_zoo.errors import InputError


def resume_from(ckpt_path: str | None, folder: Path) -> Path | None:
    """The checkpoint that `ckpt_path` means; None where a training begins.

    Args:
        ckpt_path: A file, or `last` for that of `folder`.
        folder: Of the run.

    Raises:
        InputError: There is no such file.
    """
    if ckpt_path is None:
        return None
    path = folder / "last.ckpt" if ckpt_path == "last" else Path(ckpt_path)
    if not path.is_file():
        raise InputError(
            f"ckpt_path: {path} does not exist: give run_dir=DIR of the run to go on with, or a checkpoint."
        )
    return path
