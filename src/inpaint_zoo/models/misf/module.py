"""Training of MISF: the losses of the paper and its two learning rates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from inpaint_zoo.batch import Batch, taught
from inpaint_zoo.layers.init import init_he
from inpaint_zoo.models.adversarial import AdversarialModule
from inpaint_zoo.models.misf.network import MISFNetwork
from inpaint_zoo.models.optimization import OptimizerFactory, ScheduleFactory

LOSS_WEIGHTS = {
    "l1": 1,
    "perceptual": 0.1,
    "style": 250,
    "adversarial": 0.1,
    "discriminator": 1,
}
OPTIMIZER = partial(torch.optim.Adam, lr=1e-4, betas=(0.0, 0.9))


class MISF(AdversarialModule):
    """MISF with its discriminator and losses; everything is computed on images in [0, 1].

    Args:
        network: Keyword arguments of `MISFNetwork`.
        discriminator: Keyword arguments of `PatchDiscriminator` (without `in_channels`).
        discriminator_lr_scale: Learning rate of D divided by that of G.
        frozen_discriminator: False reproduces the released loop, see `AdversarialModule`.
        adversarial_loss: A name of `ADVERSARIAL_LOSSES`.
        loss_network: Weights of VGG19, see `VGGFeatures`.
        loss_weights: Factors of l1, perceptual, style, adversarial and discriminator.
        he_initialisation: Whether the branch that predicts kernels, which has no normalisation, starts with `init_he`.
        optimizer: See `InpaintingModule`.
        lr_schedule: See `InpaintingModule`.
    """

    name = "misf"
    network_class = MISFNetwork
    network: MISFNetwork

    def __init__(
        self,
        *,
        network: Mapping[str, Any] | None = None,
        discriminator: Mapping[str, Any] | None = None,
        discriminator_lr_scale: float = 0.1,
        adversarial_loss: str = "non_saturating",
        loss_network: str = "imagenet",
        loss_weights: Mapping[str, float] = LOSS_WEIGHTS,
        frozen_discriminator: bool = True,
        he_initialisation: bool = False,
        optimizer: OptimizerFactory | None = OPTIMIZER,
        lr_schedule: ScheduleFactory | None = None,
    ) -> None:
        super().__init__(
            network=network,
            discriminator=discriminator,
            discriminator_lr_scale=discriminator_lr_scale,
            frozen_discriminator=frozen_discriminator,
            adversarial_loss=adversarial_loss,
            loss_network=loss_network,
            loss_weights=loss_weights,
            optimizer=optimizer,
            lr_schedule=lr_schedule,
        )
        if he_initialisation:
            init_he(self.network.kernel_prediction)

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """The terms of `losses_of` what the network makes of the batch."""
        output = taught(self.network.generate(batch["image"], batch["mask"]), batch)
        return self.losses_of(output, batch["image"], batch["mask"])
