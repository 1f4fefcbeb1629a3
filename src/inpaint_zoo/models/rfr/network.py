"""The generator of RFR-Net.

Paper: J. Li, N. Wang, L. Zhang, B. Du, D. Tao, "Recurrent Feature Reasoning for Image Inpainting", CVPR 2020, arXiv
2008.03737. Written from measured facts and recorded outputs; the authors' code (MIT licence) was not used.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.checks import at_least, multiple_of, odd_at_least
from inpaint_zoo.layers.partial_conv import Coverage, MaskGroup, PartialConv2d, coverage
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.models.rfr.reasoning import FeatureReasoning

IMAGE_CHANNELS = 3
FIRST_KERNEL_SIZE, LAST_KERNEL_SIZE = 7, 3
LEAKY_SLOPE = 0.01
"""Of the leaky ReLU outside of the reasoning module."""
ATTENTION_STRIDE = 4
"""The attention looks at every fourth position of the recurrences' masks."""
EPSILON = 1e-7
"""Added, times their number, to the count of the feature maps that are known at a position."""


class Coverages(NamedTuple):
    """All that depends on the mask alone; see `Coverage`."""

    first: Coverage
    second: Coverage
    """Its mask is that of the features before the recurrences."""
    recurrences: list[tuple[Coverage, Coverage]]
    """Of both partial convolutions of each recurrence; the mask of the second is that of its features."""
    last: Coverage
    enlarged: Tensor
    """(B, 1, H, W): the mask of the last recurrence at full size."""

    @property
    def masks(self) -> list[Tensor]:
        """m_0, m_1, …: of the features before the recurrences and of each of them, (B, 1, H/2, W/2)."""
        return [self.second.mask, *(second.mask for _, second in self.recurrences)]


class RFRNetwork(InpaintingNetwork):
    """Fills the features of a hole from its rim inwards, in recurrences that share their weights, then merges them.

    Args:
        base_channels: Channels of the recurrent features, a multiple of 8 (published: 64).
        kernel_size: Odd side of the partial convolutions at 1/2 (published: 7, and 5 for smaller holes); the holes
            shrink faster with larger ones.
        num_recurrences: How often features are reasoned about (published: 6).

    Raises:
        InputError: An argument is too small, `base_channels` is not a multiple of 8, or `kernel_size` is even.
    """

    stride = minimum_size = 16
    normalizes_deepest = True

    def __init__(self, *, base_channels: int = 64, kernel_size: int = 7, num_recurrences: int = 6) -> None:
        super().__init__()
        width = multiple_of(8, base_channels, "network.base_channels")
        self.kernel_size = odd_at_least(3, kernel_size, "network.kernel_size")
        self.num_recurrences = at_least(1, num_recurrences, "network.num_recurrences")
        self.first = PartialConv2d(IMAGE_CHANNELS, width, FIRST_KERNEL_SIZE, 2)
        self.first_norm = nn.BatchNorm2d(width)
        self.second = PartialConv2d(width, width, kernel_size, 1)
        self.second_norm = nn.BatchNorm2d(width)
        self.shrink_hole = nn.ModuleList(PartialConv2d(width, width, kernel_size, 1) for _ in range(2))
        self.shrink_hole_norm = nn.BatchNorm2d(width)
        self.reasoning = FeatureReasoning(width)
        # the first recurrence has no scores to mix with
        self.reasoning.attention.ratio.requires_grad_(num_recurrences > 1)
        self.enlarge = nn.ConvTranspose2d(width, width, 4, 2, 1, bias=False)
        self.enlarge_norm = nn.BatchNorm2d(width)
        self.last = PartialConv2d(IMAGE_CHANNELS + width, width // 2, LAST_KERNEL_SIZE, 1)
        self.bottleneck = Bottleneck(width // 2)
        self.output = nn.Conv2d(width, IMAGE_CHANNELS, 3, padding=1, bias=False)
        self.to(memory_format=torch.channels_last)

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        """Fill the holes; see `InpaintingNetwork.forward`."""
        seen, hole = self.check(image, mask)
        output = self.generate(seen, hole)
        return Prediction(output, composite(output, image, mask), {})

    def generate(self, image: Tensor, mask: Tensor) -> Tensor:
        """The network's image, (B, 3, H, W), nominally in [0, 1]; arguments as for `forward`.

        Raises:
            InputError: Training with one value per channel at the deepest level.
        """
        self.check_batch_norm(image)
        known = torch.where(mask.bool(), 0, image).contiguous(memory_format=torch.channels_last)
        covered = self.cover((mask == 0).to(torch.promote_types(image.dtype, torch.float32)))
        features = F.relu_(self.first_norm(self.first(known, covered.first.ratio)))
        features = features * covered.first.mask.to(features.dtype)
        features = F.relu_(self.second_norm(self.second(features, covered.second.ratio)))
        merged = self._recur(features * covered.second.mask.to(features.dtype), covered)
        merged = F.leaky_relu_(self.enlarge_norm(self.enlarge(merged)), LEAKY_SLOPE)
        beside = torch.cat([known, merged * covered.enlarged.to(merged.dtype)], 1)
        features = F.leaky_relu_(self.last(beside, covered.last.ratio), LEAKY_SLOPE)
        output: Tensor = self.output(torch.cat([features, self.bottleneck(features)], 1))
        return output

    def cover(self, valid: Tensor) -> Coverages:
        """Masks and ratios of all partial convolutions, without gradient; `valid` is (B, 1, H, W), 1 = known."""
        width = self.first.out_channels
        first = coverage([MaskGroup(valid, IMAGE_CHANNELS)], FIRST_KERNEL_SIZE, 2)
        second = coverage([MaskGroup(first.mask, width)], self.kernel_size, 1)
        recurrences, mask = [], second.mask
        for _ in range(self.num_recurrences):
            once = coverage([MaskGroup(mask, width)], self.kernel_size, 1)
            twice = coverage([MaskGroup(once.mask, width)], self.kernel_size, 1)
            recurrences.append((once, twice))
            mask = twice.mask
        enlarged = F.interpolate(mask, scale_factor=2, mode="nearest")
        last = coverage([MaskGroup(valid, IMAGE_CHANNELS), MaskGroup(enlarged, width)], LAST_KERNEL_SIZE, 1)
        return Coverages(first, second, recurrences, last, enlarged)

    def _recur(self, features: Tensor, covered: Coverages) -> Tensor:
        """The mean of the features of all recurrences and of those before, (B, C, H/2, W/2), where they are known.

        Sums are float32 under autocast too.

        Args:
            features: (B, C, H/2, W/2), 0 where they are not known, as those of every recurrence are.
            covered: Of the whole network.
        """
        total, passed_on = features.to(torch.promote_types(features.dtype, torch.float32)), None
        first, second = self.shrink_hole
        for once, twice in covered.recurrences:
            features = self.shrink_hole_norm(second(first(features, once.ratio), twice.ratio))
            known = twice.mask[..., ::ATTENTION_STRIDE, ::ATTENTION_STRIDE]
            features, passed_on = self.reasoning(F.leaky_relu_(features, LEAKY_SLOPE), known, passed_on)
            features = features * twice.mask.to(features.dtype)
            total = total + features
        count = torch.stack(covered.masks).sum(0)
        return (total / (count + len(covered.masks) * EPSILON).to(total.dtype)).to(features.dtype)


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions with a quarter of the channels, and a sum with the input.

    Args:
        channels: Channels of input and output, a multiple of 4.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        narrow = channels // 4
        self.layers = nn.Sequential(
            nn.Conv2d(channels, narrow, 1, bias=False),
            nn.BatchNorm2d(narrow),
            nn.ReLU(inplace=True),
            nn.Conv2d(narrow, narrow, 3, padding=1, bias=False),
            nn.BatchNorm2d(narrow),
            nn.ReLU(inplace=True),
            nn.Conv2d(narrow, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, features: Tensor) -> Tensor:
        """(B, channels, H, W) to the same shape."""
        output: Tensor = F.relu_(self.layers(features) + features)
        return output
