"""`last.ckpt`, from which a training goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytorch_lightning as pl


class LastCheckpoint(pl.Callback):
    """Write `last.ckpt` every so many steps and after the last one.

    Written at the end of a training step, where Lightning counts steps and batches consistently: a checkpoint taken
    after `fit` is resumed one step too late.

    Args:
        path: The file; the one before is replaced.
        every: Steps between two writes.
    """

    def __init__(self, *, path: Path, every: int) -> None:
        self.path = path
        self.every = every
        self._written_at = 0

    def on_train_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any, **__: Any) -> None:
        """Write when it is time."""
        step = trainer.global_step
        due = step % self.every == 0 or step == trainer.max_steps
        if due and step != self._written_at:  # with accumulation, several batches end at one step
            self._written_at = step
            trainer.save_checkpoint(self.path)
