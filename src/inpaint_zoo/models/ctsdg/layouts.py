"""Which streams CTSDG has, and how they are connected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from inpaint_zoo.layers.partial_unet import PartialConvDecoder, PartialConvEncoder

IMAGE_CHANNELS = 3
STRUCTURE_CHANNELS = 2
"""Edge and gray."""
UPSAMPLING = "bilinear"


class TwoStreams:
    """One stream for texture and one for structure; each decodes the code of the other.

    Args:
        widths: Channels of the levels.
        channels: Channels of the decoded features.
    """

    parts: Mapping[str, nn.Module]
    """By the names that they have in the network, which owns them."""

    def __init__(self, widths: Sequence[int], channels: int) -> None:
        self.parts = {
            "texture_encoder": PartialConvEncoder(IMAGE_CHANNELS, widths),
            "structure_encoder": PartialConvEncoder(STRUCTURE_CHANNELS, widths),
            "texture_decoder": PartialConvDecoder([IMAGE_CHANNELS, *widths], channels, upsampling=UPSAMPLING),
            "structure_decoder": PartialConvDecoder([STRUCTURE_CHANNELS, *widths], channels, upsampling=UPSAMPLING),
        }

    def __call__(self, image: Tensor, structure: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """The features (B, channels, H, W) of texture and of structure.

        Args:
            image: (B, 3, H, W) in [-1, 1].
            structure: (B, 2, H, W), edge and gray.
            valid: (B, 1, H, W), 1 = known.
        """
        texture = self.parts["texture_encoder"](_channels_last(image), valid)
        edges = self.parts["structure_encoder"](_channels_last(structure), valid)
        # the streams cross: each decoder starts from the other encoder's code and uses its own encoder's skips
        return (
            self.parts["texture_decoder"](edges[-1], texture[:-1]).features,
            self.parts["structure_decoder"](texture[-1], edges[:-1]).features,
        )


class SingleStream(TwoStreams):
    """One stream that sees image, edge and gray side by side; its features serve for both."""

    IN_CHANNELS = IMAGE_CHANNELS + STRUCTURE_CHANNELS

    def __init__(self, widths: Sequence[int], channels: int) -> None:
        self.parts = {
            "texture_encoder": PartialConvEncoder(self.IN_CHANNELS, widths),
            "texture_decoder": PartialConvDecoder([self.IN_CHANNELS, *widths], channels, upsampling=UPSAMPLING),
        }

    def __call__(self, image: Tensor, structure: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """As `TwoStreams`; the same features twice."""
        seen = torch.cat([image, structure], 1)[:, : self.IN_CHANNELS]
        *skips, code = self.parts["texture_encoder"](_channels_last(seen), valid)
        features = self.parts["texture_decoder"](code, skips).features
        return features, features


class TextureStream(SingleStream):
    """One stream that sees the image alone."""

    IN_CHANNELS = IMAGE_CHANNELS


LAYOUTS: Mapping[str, type[TwoStreams]] = {"two": TwoStreams, "single": SingleStream, "texture": TextureStream}
"""By the name that a configuration uses."""


def _channels_last(image: Tensor) -> Tensor:
    return image.contiguous(memory_format=torch.channels_last)
