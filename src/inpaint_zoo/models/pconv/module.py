"""Training of PConv: the losses of the paper, and its second stage with frozen statistics in the encoder."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from inpaint_zoo.batch import Batch, taught
from inpaint_zoo.losses.irregular_holes import FEATURE_DISTANCES, LAYERS, LOSS_WEIGHTS, TERMS, irregular_hole_terms
from inpaint_zoo.losses.perceptual import VGGFeatures
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.optimization import OptimizerFactory, ScheduleFactory
from inpaint_zoo.models.pconv.network import PConvNetwork

OPTIMIZER = partial(torch.optim.Adam, lr=2e-4, betas=(0.9, 0.999))


class PConv(InpaintingModule):
    """PConv with its losses, computed on images normalised by ImageNet's mean and standard deviation.

    Args:
        network: Keyword arguments of `PConvNetwork`.
        frozen_encoder_batch_norm: Whether the statistics of the encoder's batch normalisations are frozen (their scales
            and shifts are still trained), as in the paper's second stage.
        loss_network: Weights of VGG16, see `VGGFeatures`.
        loss_weights: Factors of hole, valid, perceptual, style and total_variation.
        optimizer: See `InpaintingModule`.
        lr_schedule: See `InpaintingModule`.
    """

    name = "pconv"
    network_class = PConvNetwork
    network: PConvNetwork
    vgg: VGGFeatures

    def __init__(
        self,
        *,
        network: Mapping[str, Any] | None = None,
        frozen_encoder_batch_norm: bool = False,
        loss_network: str = "imagenet",
        loss_weights: Mapping[str, float] = LOSS_WEIGHTS,
        optimizer: OptimizerFactory | None = OPTIMIZER,
        lr_schedule: ScheduleFactory | None = None,
    ) -> None:
        super().__init__(network=network, loss_weights=loss_weights, optimizer=optimizer, lr_schedule=lr_schedule)
        self.frozen_batch_norm = frozen_encoder_batch_norm
        if self.wants(*FEATURE_DISTANCES):
            self.vgg = VGGFeatures("vgg16", LAYERS, loss_network)
        self.train()  # a Trainer does not change the modes of layers

    @property
    def frozen_part(self) -> nn.Module:
        """The encoder."""
        return self.network.encoder

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """The terms of `losses_of` what the network makes of the batch."""
        image, mask = self.network.normalize(batch["image"]), batch["mask"]
        return self.losses_of(taught(self.network.generate(image, mask), batch), image, mask)

    def losses_of(self, output: Tensor, image: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """`hole`, `valid`, `total_variation`, `perceptual` and `style`; a subclass adds its own.

        Args:
            output: (B, 3, H, W), the network's, not composited, in the range of `image`.
            image: (B, 3, H, W), normalised as ImageNet's images are.
            mask: (B, 1, H, W), 1 = hole.
        """
        stages = {term: [0] for term in TERMS if self.wants(term)}
        return irregular_hole_terms([output], image, mask, stages, lambda each: self.vgg(each, LAYERS))
