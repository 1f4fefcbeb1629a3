"""MISF's filters on the image of another network."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.checks import at_least, odd_at_least
from inpaint_zoo.layers.init import init_normal
from inpaint_zoo.layers.per_pixel_filter import filter_per_pixel
from inpaint_zoo.models.misf.kernel_prediction import KernelPredictionBranch
from inpaint_zoo.models.network import InpaintingNetwork

STRIDE, MINIMUM_SIZE = 4, 12
"""Of the branch that predicts kernels."""


class FilteredNetwork(InpaintingNetwork):
    """Any network, whose image is filtered as MISF filters what its decoder returns: one kernel per pixel and channel.

    The kernels are predicted from the damaged image alone.

    Args:
        filtered: The network.
        base_channels: Of the branch that predicts kernels (MISF: 64).
        kernel_size: Odd (MISF: 3).

    Raises:
        InputError: A number is out of range.
    """

    def __init__(self, filtered: InpaintingNetwork, *, base_channels: int, kernel_size: int) -> None:
        super().__init__()
        at_least(1, base_channels, "filtering.base_channels")
        odd_at_least(1, kernel_size, "filtering.kernel_size")
        self.filtered = filtered
        self.kernel_prediction = KernelPredictionBranch(
            base_channels=base_channels, levels=(), kernel_size=kernel_size, interactive=False
        )
        init_normal(self.kernel_prediction)
        self.stride = math.lcm(STRIDE, filtered.stride)
        self.minimum_size = max(MINIMUM_SIZE, filtered.minimum_size)
        self.normalizes_deepest = filtered.normalizes_deepest

    @property
    def auxiliary(self) -> tuple[torch.nn.Module, ...]:
        """Those of the network."""
        return self.filtered.auxiliary

    def visible(self, mask: Tensor) -> Tensor:
        """The pixels that the network looks at."""
        return self.filtered.visible(mask)

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        """Fill the holes; see `InpaintingNetwork.forward`. Intermediates: `unfiltered`, and those of the network."""
        seen, hole = self.check(image, mask)
        prediction = self.filtered(seen, hole)
        output = self.generate(prediction.image, seen, hole)
        intermediates = {**prediction.intermediates, "unfiltered": prediction.image}
        return Prediction(output, composite(output, image, mask), intermediates)

    def generate(self, output: Tensor, image: Tensor, mask: Tensor) -> Tensor:
        """The filtered image, (B, 3, H, W) in [0, 1]; `output` is the network's."""
        known = torch.cat([torch.where(mask.bool(), 0, image), mask], 1)
        branch = self.kernel_prediction
        full = branch.at_full(known)
        half = branch.at_half(full, full)
        kernels = branch.for_image(full, half, branch.at_quarter(half))
        return (torch.tanh(filter_per_pixel(2 * output - 1, kernels)) + 1) / 2
