"""A warning when the discriminator has collapsed."""

from __future__ import annotations

import warnings
from typing import Any

import pytorch_lightning as pl
import torch

from inpaint_zoo.errors import InputWarning

RATIO = 20.0
"""Ratio of the generator's adversarial loss to the discriminator's loss that counts as collapse.

Our choice: both are about equal while the networks compete."""
NUM_READINGS = 100
"""Number of consecutive readings that must exceed the ratio. Our choice."""


class DiscriminatorCollapse(pl.Callback):
    """Warn once when the discriminator separates real from generated images effortlessly for a long time.

    The generator then learns nothing from it: the discriminator's loss is near zero and the generator's adversarial
    loss high, for every adversarial objective, also if the discriminator has further loss terms. This callback compares
    the two losses by their ratio. It does nothing for models without a discriminator.

    Args:
        every: Steps between two readings; training does not wait for the device in between.
    """

    def __init__(self, *, every: int = 10) -> None:
        self.every = every
        self._step = self._count = 0

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, *_: Any, **__: Any
    ) -> None:
        """Read the loss terms every `every` steps."""
        stepped, self._step = trainer.global_step != self._step, trainer.global_step
        terms = outputs["terms"]
        due = stepped and self._step % self.every == 0 and self._count < NUM_READINGS
        if not due or not trainer.is_global_zero or not terms.keys() >= {"adversarial", "discriminator"}:
            return
        adversarial, discriminator = torch.stack([terms["adversarial"], terms["discriminator"]]).tolist()
        self._count = self._count + 1 if adversarial > RATIO * discriminator else 0
        if self._count == NUM_READINGS:
            warnings.warn(
                f"the discriminator has collapsed at step {self._step}: its loss is {discriminator:.2g}, the "
                f"generator's adversarial loss {adversarial:.2g}, and both have been that far apart for {NUM_READINGS} "
                "readings; the generator learns nothing from it: lower model.discriminator_lr_scale, or resume from an "
                "earlier checkpoint",
                InputWarning,
                stacklevel=2,
            )
