"""MADF's refinement decoders: each is guided by the maps of the decoder before it, by point-wise normalisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inpaint_zoo.layers.pointwise_normalization import PointwiseNormalization, UnguidedNormalization
from inpaint_zoo.models.madf.recovery import LEAKY_SLOPE
from inpaint_zoo.models.madf.upsampling import Upsampling


class RefinementDecoder(nn.Module):
    """A guided block for every level, and a 1 × 1 convolution to the refined image.

    Args:
        skip_channels: Channels of the encoder's skips, fine to coarse.
        input_channels: Channels of the network's input and of all earlier images together.
        normalization: A class of `NORMALIZATIONS`.
        normalization_channels: Channels of the map that scale and shift of a point-wise normalisation share.
    """

    def __init__(
        self,
        skip_channels: Sequence[int],
        input_channels: int,
        *,
        normalization: type[PointwiseNormalization | UnguidedNormalization],
        normalization_channels: int,
    ) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            RefinementBlock(below, here, partial(normalization, shared_channels=normalization_channels))
            for below, here in pairwise(skip_channels[::-1])
        )
        self.to_image = nn.Conv2d(skip_channels[0] + input_channels, 3, 1)

    def forward(
        self, bottleneck: Tensor, guides: Sequence[Tensor], images: Sequence[Tensor], known: Tensor
    ) -> tuple[list[Tensor], Tensor]:
        """This decoder's maps, coarse to fine, and the refined image (B, 3, H, W).

        Args:
            bottleneck: The coarsest skip, the input of every decoder.
            guides: The maps of the decoder before this one, coarse to fine.
            images: The images of the decoders before this one.
            known: e_0, the network's input.
        """
        x, maps = bottleneck, []
        for block, guide in zip(self.blocks, guides, strict=True):
            x = block(x, guide)
            maps.append(x)
        return maps, self._draw(x, torch.cat([*images, known], dim=1))

    def _draw(self, finest: Tensor, beside: Tensor) -> Tensor:
        """The 1 × 1 convolution of `finest`, doubled in size, and `beside`.

        A 1 × 1 convolution commutes with bilinear interpolation, so that 3 channels are enlarged instead of 64.
        """
        of_map, of_beside = self.to_image.weight.split([finest.shape[1], beside.shape[1]], dim=1)
        enlarged = F.interpolate(F.conv2d(finest, of_map), scale_factor=2, mode="bilinear", align_corners=False)
        return enlarged + F.conv2d(beside, of_beside, self.to_image.bias)


class RefinementBlock(nn.Module):
    """Doubles the size and normalises, guided by the previous decoder's map of that size.

    Args:
        in_channels: Channels of the level below.
        out_channels: Channels of the result and of the guide.
        normalization: From channels and `guide_channels` to what normalises the result, with the guide.
    """

    def __init__(self, in_channels: int, out_channels: int, normalization: Callable[..., nn.Module]) -> None:
        super().__init__()
        self.up = Upsampling(in_channels, out_channels)
        self.norm = normalization(out_channels, guide_channels=out_channels)

    def forward(self, x: Tensor, guide: Tensor) -> Tensor:
        """From `x` (B, Cin, H, W) and `guide` (B, Cout, 2H, 2W) to (B, Cout, 2H, 2W)."""
        return F.leaky_relu(self.norm(self.up(x), guide), LEAKY_SLOPE)
