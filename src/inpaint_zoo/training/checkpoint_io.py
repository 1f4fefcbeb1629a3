"""Checkpoints that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import torch
from lightning_fabric.plugins import TorchCheckpointIO

from inpaint_zoo.errors import InputError
from inpaint_zoo.training.callbacks import last_checkpoint

LAST, PREVIOUS = last_checkpoint.NAME, "previous.ckpt"


class AtomicCheckpoints(TorchCheckpointIO):
    """Writes beside the file, then renames, so that a process killed at any moment leaves the older file.

    The `last.ckpt` that is replaced stays as `previous.ckpt`.
    """

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | os.PathLike[str], storage_options: Any | None = None
    ) -> None:
        """Write a checkpoint.

        Raises:
            InputError: The disk is full, or the folder cannot be written; older files stay as they are.
        """
        path = Path(path)
        part = path.with_name(f".{path.name}.part")  # always the same: what a killed process left is written over
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                torch.save(checkpoint, file)
                file.flush()
                os.fsync(file.fileno())
            if path.name == LAST:
                with contextlib.suppress(FileNotFoundError):
                    path.replace(path.with_name(PREVIOUS))
            part.replace(path)
        except (OSError, RuntimeError) as error:  # torch has an error of its own for a write that fails
            with contextlib.suppress(OSError):
                part.unlink()
            raise InputError(
                f"cannot write {path} ({_reason(error)}): make room; the checkpoints before it are kept"
            ) from error


def _reason(error: Exception) -> str:
    """What the system said, which torch hides behind its own error."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    return (cause.strerror if cause else None) or str(error).partition("\n")[0]
