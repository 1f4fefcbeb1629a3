"""The block of MISF's kernel prediction branch, against the same layers written as functions."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from inpaint_zoo.models.misf.blocks import ConvBlock


def test_the_block_of_the_kernel_branch_is_three_convolutions() -> None:
    torch.manual_seed(0)
    block, features = ConvBlock(3, 5), torch.randn(2, 3, 6, 7)
    expected = features
    for layer in (block[0], block[2], block[4]):
        expected = F.relu(F.conv2d(expected, layer.weight, layer.bias, padding=1))
    assert len(block) == 6
    torch.testing.assert_close(block(features), expected)
