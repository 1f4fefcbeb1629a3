"""The transposed convolution of MADF's decoders, also fast for small maps with many channels."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MAXIMUM_POSITIONS = 64
"""Up to this number of positions in a batch, a matrix product is faster than PyTorch's transposed convolution."""


class Upsampling(nn.ConvTranspose2d):
    """A 4 × 4 transposed convolution that doubles the size.

    Near the bottleneck, PyTorch spends most of the time on rearranging 17 MB of weights; a matrix product reads them
    once.

    Args:
        in_channels: Channels of the map.
        out_channels: Channels of the result.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 4, stride=2, padding=1)

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        """From (B, Cin, H, W) to (B, Cout, 2H, 2W)."""
        batch, _, height, width = input.shape
        # a compiled graph must be valid for every size
        if torch.compiler.is_compiling() or batch * height * width > MAXIMUM_POSITIONS:
            return super().forward(input, output_size)
        return self.as_matrix_product(input)

    def as_matrix_product(self, x: Tensor) -> Tensor:
        """The same result: every position contributes 4 × 4 values, which are four 2 × 2 blocks of the result."""
        batch, _, height, width = x.shape
        weight = self.weight.permute(0, 2, 3, 1).reshape(self.in_channels, -1)  # a view in channels-last memory
        values = x.permute(0, 2, 3, 1).reshape(batch * height * width, -1) @ weight
        # position (y, x) adds its block (i, j) to the block (y + i, x + j) of the result
        blocks = values.view(batch, height, width, 2, 2, 2, 2, self.out_channels)
        grid = torch.stack(
            [
                F.pad(blocks[:, :, :, i, :, j], (0, 0, 0, 0, 0, 0, j, 1 - j, i, 1 - i))
                for i, j in ((0, 0), (0, 1), (1, 0), (1, 1))
            ]
        ).sum(0)
        padded = grid.transpose(2, 3).reshape(batch, 2 * height + 2, 2 * width + 2, self.out_channels)
        output = padded[:, 1:-1, 1:-1].permute(0, 3, 1, 2)
        return output if self.bias is None else output + self.bias[:, None, None]
