"""The patch discriminator that EdgeConnect, MISF and both branches of CTSDG's discriminator share."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from inpaint_zoo.checks import at_least
from inpaint_zoo.errors import InputError
from inpaint_zoo.layers.init import init_normal


class PatchDiscriminator(nn.Module):
    """Five 4x4 convolutions with spectral normalisation (Isola et al., 2017; Miyato et al., 2018).

    Args:
        in_channels: Channels of the image.
        base_channels: Channels of the first convolution (published: 64); the next ones have 2, 4 and 8 times as many.

    Raises:
        InputError: `base_channels` is less than 1.
    """

    minimum_size = 24
    """The smallest side length with at least one patch."""

    def __init__(self, *, in_channels: int, base_channels: int = 64) -> None:
        super().__init__()
        at_least(1, base_channels, "discriminator.base_channels")
        widths = [in_channels, base_channels, 2 * base_channels, 4 * base_channels, 8 * base_channels, 1]
        strides = [2, 2, 2, 1, 1]
        convolutions = [
            nn.Conv2d(before, after, 4, stride, 1, bias=False)
            for before, after, stride in zip(widths, widths[1:], strides, strict=False)
        ]
        for convolution in convolutions:
            init_normal(convolution)
        # after the initialisation: spectral_norm starts its power iteration from the current weight
        self.convolutions = nn.ModuleList(spectral_norm(convolution) for convolution in convolutions)
        self.activation = nn.LeakyReLU(0.2)

    @classmethod
    def check_size(cls, height: int, width: int) -> None:
        """Refuse images that are too small for one patch.

        Raises:
            InputError: The image is too small.
        """
        if min(height, width) < cls.minimum_size:
            wanted = f"{cls.minimum_size}x{cls.minimum_size}"
            size = f"{width}x{height} (width x height)"
            raise InputError(f"the discriminator needs {wanted} pixels or more, not {size}: raise data.size.")

    def forward(self, image: Tensor) -> Tensor:
        """Classify the patches of `image` as real or generated.

        Args:
            image: (B, in_channels, H, W), sides of at least `minimum_size`.

        Returns:
            Logits (B, 1, H/8 - 2, W/8 - 2): positive means real.
        """
        return self.activations(image)[-1]

    def activations(self, image: Tensor) -> list[Tensor]:
        """What each of the five layers makes of `image`; the last one are the logits of `forward`."""
        outputs = [image]
        for convolution in self.convolutions[:-1]:
            outputs.append(self.activation(convolution(outputs[-1])))
        return [*outputs[1:], self.convolutions[-1](outputs[-1])]
