"""The blocks around residual blocks, against the same layers written as functions."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from inpaint_zoo.layers.residual_blocks import DilatedResidualBlock, convolution_block, upsampling_block


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def normalised(features: Tensor) -> Tensor:
    mean, variance = features.mean((2, 3), keepdim=True), features.var((2, 3), keepdim=True, unbiased=False)
    return (features - mean) / (variance + 1e-5).sqrt()


def test_a_convolution_block_pads_by_reflection_where_it_is_asked_to() -> None:
    image = torch.randn(2, 3, 8, 10)
    reflecting = convolution_block(3, 4, 7, reflect=3)
    weight, bias = reflecting[1].weight, reflecting[1].bias
    expected = F.relu(normalised(F.conv2d(F.pad(image, (3, 3, 3, 3), "reflect"), weight, bias)))
    torch.testing.assert_close(reflecting(image), expected)
    halving = convolution_block(3, 4, 4, stride=2, padding=1)
    weight, bias = halving[0].weight, halving[0].bias
    expected = F.relu(normalised(F.conv2d(image, weight, bias, stride=2, padding=1)))
    torch.testing.assert_close(halving(image), expected)


def test_an_upsampling_block_doubles_the_size() -> None:
    block, features = upsampling_block(4, 2), torch.randn(2, 4, 5, 6)
    expected = F.conv_transpose2d(features, block[0].weight, block[0].bias, stride=2, padding=1)
    assert expected.shape == (2, 2, 10, 12)
    torch.testing.assert_close(block(features), F.relu(normalised(expected)))


@pytest.mark.parametrize("bias", [True, False])
def test_a_residual_block_has_no_activation_after_its_sum(bias: bool) -> None:
    block, features = DilatedResidualBlock(4, bias=bias), torch.randn(2, 4, 6, 7)
    assert len(list(block.parameters())) == (4 if bias else 2)
    first, second = block.layers[1], block.layers[5]
    hidden = F.conv2d(F.pad(features, (2, 2, 2, 2), "reflect"), first.weight, first.bias, dilation=2)
    hidden = F.relu(normalised(hidden))
    hidden = F.conv2d(F.pad(hidden, (1, 1, 1, 1), "reflect"), second.weight, second.bias)
    torch.testing.assert_close(block(features), features + normalised(hidden))
    assert block(features).min() < 0
