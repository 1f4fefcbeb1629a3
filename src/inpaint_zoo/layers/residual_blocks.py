"""The blocks of EdgeConnect: residual blocks between encoder and decoder (Johnson et al., 2016).

MISF kept them: instance normalisation everywhere, the first convolution of a residual block dilated.
"""

from __future__ import annotations

from torch import Tensor, nn

from inpaint_zoo.layers.instance_norm import InstanceNorm2d


def convolution_block(
    in_channels: int, out_channels: int, kernel_size: int, *, stride: int = 1, padding: int = 0, reflect: int = 0
) -> nn.Sequential:
    """Convolution, instance normalisation, ReLU; with `reflect` pixels of reflection padding before."""
    layers: list[nn.Module] = [
        nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding),
        InstanceNorm2d(out_channels),
        nn.ReLU(inplace=True),
    ]
    return nn.Sequential(nn.ReflectionPad2d(reflect), *layers) if reflect else nn.Sequential(*layers)


def upsampling_block(in_channels: int, out_channels: int) -> nn.Sequential:
    """Transposed 4x4 convolution of stride 2, instance normalisation, ReLU."""
    return nn.Sequential(
        nn.ConvTranspose2d(in_channels, out_channels, 4, 2, 1),
        InstanceNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )


class DilatedResidualBlock(nn.Module):
    """Two 3x3 convolutions, the first with dilation 2, with instance normalisation; nothing after the sum.

    Args:
        channels: Channels of input and output.
        bias: Whether the convolutions have one, which the normalisation takes out again.
    """

    def __init__(self, channels: int, *, bias: bool = True) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(2),
            nn.Conv2d(channels, channels, 3, dilation=2, bias=bias),
            InstanceNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3, bias=bias),
            InstanceNorm2d(channels),
        )

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) to the same shape."""
        output: Tensor = features + self.layers(features)
        return output
