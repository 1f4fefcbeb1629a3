"""A word of warning when a discriminator has won for good."""

from __future__ import annotations

import warnings
from typing import Any

import pytorch_lightning as pl
import torch

from inpaint_zoo.errors import InputWarning

RATIO = 20.0
"""G's adversarial term over D's from which D counts as having won. Ours: both are about equal while they compete."""
NUM_READINGS = 100
"""In a row that must show it. Ours."""


class DiscriminatorCollapse(pl.Callback):
    """Warn, once, when D tells real from generated without effort for a long time: then G learns nothing from it.

    D's loss is near zero then and G's adversarial loss high, whatever the objective, and also where D has further terms
    beside; what is looked at is their ratio. Models without a discriminator are left alone.

    Args:
        every: Steps between two readings; training does not wait for the device in between.
    """

    def __init__(self, *, every: int) -> None:
        self.every = every
        self._step = self._count = 0

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, *_: Any, **__: Any
    ) -> None:
        """Look at the terms when it is time."""
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
                "readings; the generator learns nothing from it: lower model.discriminator_lr_scale, or go back to an "
                "earlier checkpoint",
                InputWarning,
                stacklevel=2,
            )
