"""How long a training will be."""

from __future__ import annotations

import pytorch_lightning as pl


def planned_batches(trainer: pl.Trainer, epoch_batches: int) -> int | None:
    """Batches that each rank will have been trained on when training ends; None where only time or a person ends it.

    Args:
        trainer: Knows the goal, `max_steps` or `max_epochs`.
        epoch_batches: What a loader gives in one epoch.
    """
    limit = trainer.limit_train_batches
    if isinstance(limit, float):
        epoch_batches = int(epoch_batches * limit)
    elif limit is not None:
        epoch_batches = min(epoch_batches, limit)
    goals = []
    if trainer.max_steps > 0 and epoch_batches > 0:
        # an epoch's end makes a step of what has been accumulated so far
        steps = -(-epoch_batches // trainer.accumulate_grad_batches)
        epochs, more = divmod(trainer.max_steps, steps)
        goals.append(epochs * epoch_batches + min(more * trainer.accumulate_grad_batches, epoch_batches))
    if trainer.max_epochs is not None and trainer.max_epochs > 0:
        goals.append(trainer.max_epochs * epoch_batches)
    return min(goals, default=None)
