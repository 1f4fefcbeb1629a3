"""Checkpoints that are written atomically: complete, or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import torch
from lightning_fabric.plugins import TorchCheckpointIO

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.weights import read_checkpoint
from inpaint_zoo.training.callbacks import last_checkpoint

LAST, PREVIOUS = last_checkpoint.NAME, "previous.ckpt"


class AtomicCheckpoints(TorchCheckpointIO):
    """Writes to a temporary file, then renames it: a process killed at any moment leaves the older file intact.

    A `last.ckpt` that is replaced is kept as `previous.ckpt`.
    """

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | os.PathLike[str], storage_options: Any | None = None
    ) -> None:
        """Write a checkpoint.

        Raises:
            InputError: The disk is full, or the folder is not writable; older files stay as they are.
        """
        path = Path(path)
        part = path.with_name(f".{path.name}.part")  # one fixed name: what a killed process left is overwritten
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
        except (OSError, RuntimeError) as error:  # torch raises RuntimeError when a write fails
            with contextlib.suppress(OSError):
                part.unlink()
            raise InputError(
                f"cannot write {path} ({_reason(error)}): make room; earlier checkpoints are kept"
            ) from error

    def load_checkpoint(
        self, path: str | os.PathLike[str], map_location: Any | None = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        """Read a checkpoint on the CPU, as safely as all files of weights, and so with NumPy's numbers in it.

        Raises:
            InputError: It is missing, damaged, or no checkpoint.
        """
        return read_checkpoint(Path(path))


def _reason(error: Exception) -> str:
    """The message of the operating system, which torch hides behind its own error."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    return (cause.strerror if cause else None) or str(error).partition("\n")[0]
