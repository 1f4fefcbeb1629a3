"""Where the two streams meet: projections, gated fusion, and the last layers."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inpaint_zoo.layers.feature_aggregation import ContextualAttention, ContextualFeatureAggregation, NoAttention

ATTENTIONS: Mapping[str, type[ContextualFeatureAggregation | ContextualAttention | NoAttention]] = {
    "aggregated": ContextualFeatureAggregation,
    "contextual": ContextualAttention,
    "none": NoAttention,
}
"""What the halved map is joined with, by the name that a configuration uses."""


class FeatureProjection(nn.Module):
    """A residual bottleneck and a 1x1 convolution, from features to an image before its last activation.

    Args:
        channels: Channels of the features, a multiple of 4; the bottleneck has a quarter of them.
        out_channels: Channels of the image.
    """

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__()
        self.bottleneck = nn.Sequential(
            nn.Conv2d(channels, channels // 4, 3, 1, 1, bias=False),
            nn.BatchNorm2d(channels // 4),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels // 4, channels, 3, 1, 1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.output = nn.Conv2d(channels, out_channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        """(B, channels, H, W) to (B, out_channels, H, W)."""
        image: Tensor = self.output(F.relu_(self.bottleneck(features) + features))
        return image


class BidirectionalGatedFusion(nn.Module):
    """Bi-GFF: each stream receives from the other what a learned gate lets through.

    Args:
        channels: Channels of each stream.
        sequential: Whether the structure stream receives the texture stream after its fusion, as for the published
            weights, or before it, as in the paper's formula.
    """

    num_maps = 2

    def __init__(self, channels: int, *, sequential: bool) -> None:
        super().__init__()
        self.sequential = sequential
        self.structure_gate = nn.Conv2d(2 * channels, channels, 3, 1, 1)
        self.texture_gate = nn.Conv2d(2 * channels, channels, 3, 1, 1)
        self.structure_gamma = nn.Parameter(torch.zeros(1))
        self.texture_gamma = nn.Parameter(torch.zeros(1))

    def forward(self, texture: Tensor, structure: Tensor) -> Tensor:
        """Two maps (B, C, H, W) to one (B, 2C, H, W), texture first."""
        both = torch.cat([texture, structure], 1)
        from_structure = self.structure_gate(both).sigmoid_() * self.texture_gamma
        from_texture = self.texture_gate(both).sigmoid_() * self.structure_gamma
        fused = torch.addcmul(texture, from_structure, structure)
        source = fused if self.sequential else texture
        return torch.cat([fused, torch.addcmul(structure, from_texture, source)], 1)


class Concatenation(nn.Module):
    """Both streams side by side; arguments as of `BidirectionalGatedFusion`, not used."""

    num_maps = 2

    def __init__(self, channels: int, *, sequential: bool) -> None:
        super().__init__()

    def forward(self, texture: Tensor, structure: Tensor) -> Tensor:
        """Two maps (B, C, H, W) to one (B, 2C, H, W), texture first."""
        return torch.cat([texture, structure], 1)


class TextureOnly(nn.Module):
    """The texture stream alone; arguments as of `BidirectionalGatedFusion`, not used."""

    num_maps = 1

    def __init__(self, channels: int, *, sequential: bool) -> None:
        super().__init__()

    def forward(self, texture: Tensor, structure: Tensor) -> Tensor:
        """The first of two maps (B, C, H, W)."""
        return texture


FUSIONS: Mapping[str, type[BidirectionalGatedFusion | Concatenation | TextureOnly]] = {
    "gated": BidirectionalGatedFusion,
    "concatenated": Concatenation,
    "none": TextureOnly,
}
"""How the streams become one map, by the name that a configuration uses."""


class FusedOutput(nn.Module):
    """From the fused streams to the image: halve, attend, merge, and one 1x1 convolution.

    Args:
        in_channels: Channels of the fused map.
        channels: Channels of the halved map.
        attention: What the halved map is joined with.
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        attention: ContextualFeatureAggregation | ContextualAttention | NoAttention,
    ) -> None:
        super().__init__()
        self.halve = nn.Conv2d(in_channels, channels, 3, 2, 1)
        self.attention = attention
        self.merge = nn.Conv2d(channels + attention.out_channels, channels, 3, 1, 1)
        self.output = nn.Conv2d(channels + in_channels, 3, 1)

    def forward(self, fused: Tensor) -> Tensor:
        """(B, in_channels, H, W) to (B, 3, H, W) in [-1, 1]."""
        half = F.leaky_relu_(self.halve(fused), 0.2)
        half = F.leaky_relu_(self.merge(torch.cat([half, self.attention(half)], 1)), 0.2)
        # a 1x1 convolution and an interpolation commute: 3 channels are doubled instead of `channels`
        of_half, of_fused = self.output.weight.split([half.shape[1], fused.shape[1]], 1)
        doubled = F.interpolate(F.conv2d(half, of_half), scale_factor=2, mode="bilinear", align_corners=False)
        return torch.tanh(F.conv2d(fused, of_fused, self.output.bias) + doubled)
