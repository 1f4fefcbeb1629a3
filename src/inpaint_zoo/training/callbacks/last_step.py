"""Which step of a training is its last."""

from __future__ import annotations

import pytorch_lightning as pl


def is_last_step(trainer: pl.Trainer) -> bool:
    """Whether the step that has just ended is the last one."""
    in_last_epoch = trainer.max_epochs == trainer.current_epoch + 1
    return trainer.global_step == trainer.max_steps or trainer.should_stop or (in_last_epoch and trainer.is_last_batch)
