"""Gated convolution (Yu et al., ICCV 2019), also after a doubling of the size."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class GatedConv2d(nn.Conv2d):
    """A convolution with two outputs for each channel, one of which gates the other: `activation(a) · sigmoid(b)`.

    The first half of the convolution's outputs is a, the second half b.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: Odd side length of the kernel.
        stride: Step of the windows.
        dilation: Distance of the taps.
        padding: Zeros before and after each side; by default as many as keep the size at stride 1.
        activation: Of a.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        *,
        stride: int = 1,
        dilation: int = 1,
        padding: tuple[int, int] | None = None,
        activation: Callable[[Tensor], Tensor] = F.elu,
    ) -> None:
        half = (kernel_size - 1) * dilation // 2
        before, after = padding or (half, half)
        # torch pads both sides alike
        super().__init__(in_channels, 2 * out_channels, kernel_size, stride, min(before, after), dilation)
        self.further = (before - min(before, after), after - min(before, after)) * 2
        self.activation = activation

    def forward(self, input: Tensor) -> Tensor:
        """(B, in_channels, H, W) to (B, out_channels, H / stride, W / stride)."""
        return self.gate(super().forward(F.pad(input, self.further) if any(self.further) else input))

    def gate(self, values: Tensor) -> Tensor:
        """(B, 2C, h, w) to (B, C, h, w)."""
        features, gates = values.chunk(2, 1)
        return self.activation(features) * gates.sigmoid()


class UpsamplingGatedConv2d(GatedConv2d):
    """Doubles the size by repetition of pixels, then a 3x3 gated convolution.

    Repeated pixels meet the same weights: along a side, even outputs see w0 one pixel before and w1 + w2 here, odd ones
    w0 + w1 here and w2 one pixel behind. So it is a transposed 4x4 convolution of stride 2 with the taps w2, w1 + w2,
    w0 + w1, w0, and takes 4 products for each output instead of 9.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
    """

    taps: Tensor

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 3)
        taps = torch.tensor([[0.0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0]])
        self.register_buffer("taps", taps, persistent=False)

    def forward(self, input: Tensor) -> Tensor:
        """(B, in_channels, H, W) to (B, out_channels, 2H, 2W)."""
        weight = (self.taps @ self.weight @ self.taps.T).transpose(0, 1)
        return self.gate(F.conv_transpose2d(input, weight, self.bias, 2, 1))
