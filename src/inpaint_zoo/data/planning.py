"""The planned length of a training."""

from __future__ import annotations

import pytorch_lightning as pl


def planned_batches(trainer: pl.Trainer, epoch_batches: int) -> int | None:
    """Batches that each rank will have been trained on when training ends.

    None if neither `max_steps` nor `max_epochs` ends it.

    Args:
        trainer: Has the limits.
        epoch_batches: Batches of a loader in one epoch.
    """
    limit = trainer.limit_train_batches
    if isinstance(limit, float):
        epoch_batches = int(epoch_batches * limit)
    elif limit is not None:
        epoch_batches = min(epoch_batches, limit)
    goals = []
    if trainer.max_steps > 0 and epoch_batches > 0:
        # at the end of an epoch, the gradients accumulated so far make a step
        steps = -(-epoch_batches // trainer.accumulate_grad_batches)
        epochs, more = divmod(trainer.max_steps, steps)
        goals.append(epochs * epoch_batches + min(more * trainer.accumulate_grad_batches, epoch_batches))
    if trainer.max_epochs is not None and trainer.max_epochs > 0:
        goals.append(trainer.max_epochs * epoch_batches)
    return min(goals, default=None)
