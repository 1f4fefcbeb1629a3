"""When a training validates: at optimizer steps, where Lightning counts batches."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.loops.training_epoch_loop import _TrainingEpochLoop

from inpaint_zoo.training.callbacks.last_step import is_last_step


class _StepLoop(_TrainingEpochLoop):
    """Lightning's loop over batches, which asks after every batch whether a validation follows."""

    def _should_check_val_fx(self, data_fetcher: Any) -> bool:
        if not self._should_check_val_epoch() or self._should_accumulate():
            return False
        return self.trainer.global_step % self.trainer.val_check_interval == 0 or is_last_step(self.trainer)


def validate_by_steps(trainer: pl.Trainer) -> None:
    """Let a new Trainer validate after every `val_check_interval` optimizer steps, and after the last one."""
    loop = trainer.fit_loop.epoch_loop
    trainer.fit_loop.epoch_loop = _StepLoop(trainer, min_steps=loop.min_steps, max_steps=loop.max_steps)
