"""Filtering with one kernel per position and channel (MISF, "predictive filtering")."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SHARING = 4
"""Channels of a feature map that share the values of a predicted kernel."""


def filter_per_pixel(image: Tensor, kernels: Tensor) -> Tensor:
    """Filter every channel at every position with its own s x s kernel.

    `out[n, y, x] = Σ_k kernels[s²·n + k, y, x] · image[n, y + k÷s - s÷2, x + k mod s - s÷2]`, zero padding, kernels not
    normalised.

    Args:
        image: (B, C, H, W).
        kernels: (B, s²·C, H, W) with odd s.

    Returns:
        (B, C, H, W).
    """
    height, width = image.shape[-2:]
    num_taps = kernels.shape[1] // image.shape[1]
    side = math.isqrt(num_taps)
    padded = F.pad(image, (side // 2,) * 4)
    taps = kernels.unflatten(1, (-1, num_taps)).unbind(2)
    output = torch.zeros_like(image)
    for k, tap in enumerate(taps):
        output = output + tap * padded[..., k // side : k // side + height, k % side : k % side + width]
    return output


def unfiltered(features: Tensor, kernels: Tensor | None) -> Tensor:
    """`features` as they are: what stands in the place of a filter that is left out."""
    return features


class SharedKernelFilter(nn.Module):
    """Per-pixel filtering of a feature map with s² kernel values for every four channels.

    MISF predicts s²·C/4 values per position and expands them to s²·C by nearest interpolation over the channel axis, so
    that channel n, tap k uses value (s²·n + k) ÷ 4. A channel has few distinct values (three of 3x3); the taps that
    share a value are summed first (a fixed depthwise convolution), so that there are three products per channel instead
    of nine, and no expanded tensor.

    Args:
        channels: Channels of the feature map, a multiple of 4.
        kernel_size: s, odd.
    """

    sums: Tensor
    values: Tensor

    def __init__(self, *, channels: int, kernel_size: int = 3) -> None:
        super().__init__()
        num_taps = kernel_size**2
        channel, tap = torch.meshgrid(torch.arange(channels), torch.arange(num_taps), indexing="ij")
        value = (num_taps * channel + tap) // SHARING
        first = value[:, :1]
        slot = value - first  # which of the channel's values a tap uses
        self.num_slots = (num_taps + SHARING - 2) // SHARING + 1
        self.padding = kernel_size // 2
        sums = torch.stack([(slot == index).float() for index in range(self.num_slots)], dim=1)
        values = (first + torch.arange(self.num_slots)).clamp_max(num_taps * channels // SHARING - 1)
        self.register_buffer("sums", sums.reshape(-1, 1, kernel_size, kernel_size), persistent=False)
        self.register_buffer("values", values.flatten(), persistent=False)

    def forward(self, features: Tensor, kernels: Tensor) -> Tensor:
        """Filter `features`.

        Args:
            features: (B, C, H, W).
            kernels: (B, s²·C/4, H, W).

        Returns:
            (B, C, H, W).
        """
        neighbours = F.conv2d(features, self.sums.to(features.dtype), padding=self.padding, groups=features.shape[1])
        products: Tensor = neighbours * kernels.index_select(1, self.values)
        output: Tensor = products.unflatten(1, (-1, self.num_slots)).sum(2)
        return output
