"""The planned length of a training."""

from __future__ import annotations

import pytorch_lightning as pl

from inpaint_zoo.errors import InputError


def planned_batches(trainer: pl.Trainer, epoch_batches: int) -> int | None:
    """Batches that each rank will have been trained on when training ends.

    None if neither `max_steps` nor `max_epochs` ends it.

    Args:
        trainer: Has the limits.
        epoch_batches: Batches of a loader in one epoch.
    """
    epoch_batches = _limited(epoch_batches, trainer.limit_train_batches)
    goals = []
    if trainer.max_steps > 0 and epoch_batches > 0:
        steps = epoch_steps(epoch_batches, None, trainer.accumulate_grad_batches)
        epochs, more = divmod(trainer.max_steps, steps)
        goals.append(epochs * epoch_batches + min(more * trainer.accumulate_grad_batches, epoch_batches))
    if trainer.max_epochs is not None and trainer.max_epochs > 0:
        goals.append(trainer.max_epochs * epoch_batches)
    return min(goals, default=None)


def full_batches(samples_per_epoch: int | None, num_images: int, batch: int) -> int:
    """Full batches in an epoch.

    Args:
        samples_per_epoch: Samples of an epoch, over all ranks; None: as many as images, and at least one batch, in
            which images stand twice if there are too few.
        num_images: Images of the training set.
        batch: Samples of a batch, over all ranks.

    Raises:
        InputError: There is none.
    """
    if samples_per_epoch is not None and samples_per_epoch < batch:
        raise InputError(
            f"{samples_per_epoch} training samples do not fill a batch of "
            f"{batch}: lower data.batch_size=, or raise data.samples_per_epoch="
        )
    return (samples_per_epoch or max(num_images, batch)) // batch


def epoch_steps(epoch_batches: int, limit: int | float | None, accumulated: int) -> int:
    """Optimizer steps of an epoch; at its end, the gradients accumulated so far make a step.

    Args:
        epoch_batches: Batches of a loader in one epoch.
        limit: `limit_train_batches` of the Trainer.
        accumulated: Batches of a step.
    """
    return -(-_limited(epoch_batches, limit) // accumulated)


def _limited(epoch_batches: int, limit: int | float | None) -> int:
    if isinstance(limit, float):
        return int(epoch_batches * limit)
    return epoch_batches if limit is None else min(epoch_batches, limit)
