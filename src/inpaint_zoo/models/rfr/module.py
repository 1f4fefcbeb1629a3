"""Training of RFR-Net: the losses of the published code, and its second stage with frozen batch normalisation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from inpaint_zoo.batch import Batch, taught
from inpaint_zoo.losses.irregular_holes import FEATURE_DISTANCES, LAYERS, LOSS_WEIGHTS, TERMS, irregular_hole_terms
from inpaint_zoo.losses.perceptual import VGGFeatures
from inpaint_zoo.losses.total_variation import total_variation
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.optimization import OptimizerFactory, ScheduleFactory
from inpaint_zoo.models.rfr.network import RFRNetwork

OPTIMIZER = partial(torch.optim.Adam, lr=2e-4, betas=(0.9, 0.999))


class RFR(InpaintingModule):
    """RFR-Net with its losses; everything is computed on images in [0, 1], for VGG16 too.

    Args:
        network: Keyword arguments of `RFRNetwork`.
        frozen_batch_norm: Whether the statistics of batch normalisations are frozen (their scales and shifts are still
            trained), as in the second stage of the published training.
        loss_network: Weights of VGG16, see `VGGFeatures`.
        loss_weights: Factors of hole, valid, perceptual, style and total_variation.
        optimizer: See `InpaintingModule`.
        lr_schedule: See `InpaintingModule`.
    """

    name = "rfr"
    network_class = RFRNetwork
    network: RFRNetwork
    vgg: VGGFeatures

    def __init__(
        self,
        *,
        network: Mapping[str, Any] | None = None,
        frozen_batch_norm: bool = False,
        loss_network: str = "imagenet",
        loss_weights: Mapping[str, float] = LOSS_WEIGHTS,
        optimizer: OptimizerFactory | None = OPTIMIZER,
        lr_schedule: ScheduleFactory | None = None,
    ) -> None:
        super().__init__(network=network, loss_weights=loss_weights, optimizer=optimizer, lr_schedule=lr_schedule)
        self.frozen_batch_norm = frozen_batch_norm
        if self.wants(*FEATURE_DISTANCES):
            self.vgg = VGGFeatures("vgg16", LAYERS, loss_network)
        self.train()  # a Trainer does not change the modes of layers

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """The terms of `losses_of` what the network makes of the batch."""
        output = taught(self.network.generate(batch["image"], batch["mask"]), batch)
        return self.losses_of(output, batch["image"], batch["mask"])

    def losses_of(self, output: Tensor, image: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """`hole`, `valid`, `perceptual`, `style` and `total_variation`; a subclass adds its own.

        Args:
            output: (B, 3, H, W), the network's, neither clamped nor composited.
            image: (B, 3, H, W) in [0, 1].
            mask: (B, 1, H, W), 1 = hole.
        """
        stages = {term: [0] for term in TERMS if term != "total_variation" and self.wants(term)}
        terms = irregular_hole_terms([output], image, mask, stages, lambda each: self.vgg(each, LAYERS))
        if self.wants("total_variation"):
            # zeros outside of the hole: its rim counts
            terms["total_variation"] = total_variation(torch.where(mask.bool(), output, 0))
        return terms
