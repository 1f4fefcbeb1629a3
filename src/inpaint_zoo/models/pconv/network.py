"""The U-Net of PConv.

Paper: G. Liu et al., "Image Inpainting for Irregular Holes Using Partial Convolutions", ECCV 2018, arXiv 1804.07723.
Written from the paper's facts. Its authors published the layer alone (BSD-3); the U-Net with weights is a
reimplementation by others (MIT). Neither was used.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.checks import at_least
from inpaint_zoo.layers.init import init_he
from inpaint_zoo.layers.partial_unet import PartialConvBlock, PartialConvDecoder, PartialConvEncoder, upsampled
from inpaint_zoo.models.imagenet_range import ImageNetRange
from inpaint_zoo.models.network import InpaintingNetwork

IMAGE_CHANNELS = 3
MAXIMUM_FACTOR = 8
"""The deepest levels have this many times `base_channels` channels."""
UPSAMPLING = "nearest"


class PConvNetwork(InpaintingNetwork):
    """A U-Net in which every convolution sees valid values only, and masks shrink from layer to layer.

    Args:
        base_channels: Channels of the first level (published: 64); 2, 4 and 8 times as many deeper.
        num_levels: Levels, at least 2 (published: 7; the paper has 8 for 512 x 512); side lengths are multiples of 2 to
            its power.

    Raises:
        InputError: An argument is too small.
    """

    normalizes_deepest = True

    def __init__(self, *, base_channels: int = 64, num_levels: int = 7) -> None:
        super().__init__()
        at_least(1, base_channels, "network.base_channels")
        at_least(2, num_levels, "network.num_levels")
        self.stride = self.minimum_size = 2**num_levels
        widths = [base_channels * min(2**level, MAXIMUM_FACTOR) for level in range(num_levels)]
        self.normalize = ImageNetRange()
        self.encoder = PartialConvEncoder(IMAGE_CHANNELS, widths)
        self.decoder = PartialConvDecoder(widths, base_channels, upsampling=UPSAMPLING)
        self.output = PartialConvBlock(
            base_channels + IMAGE_CHANNELS, IMAGE_CHANNELS, 3, stride=1, norm=False, negative_slope=1.0, bias=True
        )
        init_he(self)
        self.to(memory_format=torch.channels_last)

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        """Fill the holes; see `InpaintingNetwork.forward`."""
        seen, hole = self.check(image, mask)
        output = self.normalize.restore(self.generate(self.normalize(seen), hole))
        return Prediction(output, composite(output, image, mask), {})

    def generate(self, image: Tensor, mask: Tensor) -> Tensor:
        """The network's image, (B, 3, H, W) in the range of `image`; without any known pixel it is 0.

        Args:
            image: (B, 3, H, W), normalised; the hole is set to 0 after that.
            mask: (B, 1, H, W), 1 = hole.

        Raises:
            InputError: Training with one value per channel at the deepest level.
        """
        if any(layer.training for layer in self.encoder.modules() if isinstance(layer, nn.BatchNorm2d)):
            self.check_statistics(len(image), *image.shape[-2:])
        levels = self.encoder(image.contiguous(memory_format=torch.channels_last), (mask == 0).float())
        decoded = self.decoder(levels[-1], levels[1:-1])
        filled: Tensor = self.output(upsampled(decoded, UPSAMPLING), levels[0]).features
        return filled
