"""The generator of DeepFillv2.

Paper: J. Yu, Z. Lin, J. Yang, X. Shen, X. Lu, T. Huang, "Free-Form Image Inpainting with Gated Convolution", ICCV 2019,
arXiv 1806.03589. Written from measured facts and recorded outputs; the authors' code and weights (CC BY-NC 4.0) were
not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.checks import at_least, choose, multiple_of
from inpaint_zoo.layers.init import init_glorot
from inpaint_zoo.models.deepfillv2.resampling import RESAMPLINGS
from inpaint_zoo.models.deepfillv2.stages import CoarseStage, RefinementStage
from inpaint_zoo.models.network import InpaintingNetwork

CHANNEL_ORDERS: Mapping[str, Sequence[int]] = {"rgb": (0, 1, 2), "bgr": (2, 1, 0)}
"""Where the network's three channels stand in an image."""


class Generated(NamedTuple):
    """The images of both stages, (B, 3, H, W) in [-1, 1]."""

    coarse: Tensor
    refined: Tensor


class DeepFillv2Network(InpaintingNetwork):
    """Fills a hole coarsely, then again from the coarse image, by dilated convolutions and by attention.

    Args:
        base_channels: Channels at full size, even (published: 24); twice and four times as many at 1/2 and 1/4.
        dilations: Of the dilated convolutions of both stages (published: 2, 4, 8, 16).
        resampling: A name of `RESAMPLINGS`: `tensorflow` as the authors, `symmetric` as weights that others fine-tuned.
        fusion: Whether the attention sums scores along the diagonals, see `contextual_attention`.
        channels: A name of `CHANNEL_ORDERS`: `bgr` for weights that were trained on images in this order. Images that
            the network takes and returns are RGB all the same.

    Raises:
        InputError: An argument is too small or unknown, or `base_channels` is odd.
    """

    stride = 8
    minimum_size = 16

    def __init__(
        self,
        *,
        base_channels: int = 24,
        dilations: Sequence[int] = (2, 4, 8, 16),
        resampling: str = "tensorflow",
        fusion: bool = True,
        channels: str = "rgb",
    ) -> None:
        super().__init__()
        width = multiple_of(2, base_channels, "network.base_channels")
        at_least(1, min(dilations, default=1), "network.dilations")
        rule = choose(RESAMPLINGS, resampling, "network.resampling")
        self.order = list(choose(CHANNEL_ORDERS, channels, "network.channels"))
        self.coarse = CoarseStage(width, dilations, rule)
        self.refinement = RefinementStage(width, dilations, rule, fusion=fusion)
        init_glorot(self)
        self.to(memory_format=torch.channels_last)

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        """Fill the holes; see `InpaintingNetwork.forward`. Intermediates: `coarse`, the image of the first stage."""
        seen, hole = self.check(image, mask)
        coarse, output = ((made + 1) / 2 for made in self.generate(2 * seen - 1, hole))
        return Prediction(output, composite(output, image, mask), {"coarse": coarse})

    def generate(self, image: Tensor, mask: Tensor) -> Generated:
        """The images of both stages.

        Args:
            image: (B, 3, H, W) in [-1, 1].
            mask: (B, 1, H, W), 1 = hole.
        """
        hole = mask.bool()
        known = torch.where(hole, 0, image[:, self.order]).contiguous(memory_format=torch.channels_last)
        coarse = torch.tanh(self.coarse(torch.cat([known, torch.ones_like(mask), mask], 1)))
        refined = torch.tanh(self.refinement(torch.where(hole, coarse, known), mask))
        return Generated(coarse[:, self.order], refined[:, self.order])
