from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.layers.mask_aware_dynamic_filter import MaskAwareDynamicFilter


def one_filter_per_position(layer, features, mask_features):
    """Predict a filter for every position, then apply it to the window that it belongs to."""
    (kernel_size, _), (stride, _) = layer.filter_bank.kernel_size, layer.filter_bank.stride
    (batch, in_channels), (height, width) = features.shape[:2], mask_features.shape[2:]
    columns = layer.filter_bank.weight.unflatten(0, (layer.num_filters, -1)).flatten(1).T
    prediction = F.conv2d(mask_features, columns[:, 1:, None, None], columns[:, 0])
    filters = prediction.reshape(batch, -1, in_channels * kernel_size**2, height * width)
    windows = F.unfold(features, kernel_size, padding=kernel_size // 2, stride=stride)
    return (filters * windows[:, None]).sum(2).reshape(batch, -1, height, width)


@settings(deadline=None, max_examples=15)
@given(
    kernel_size=st.sampled_from([3, 5, 7]),
    stride=st.sampled_from([1, 2]),
    half_size=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    channels=st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4)),
    layout=st.sampled_from([torch.contiguous_format, torch.channels_last]),
)
def test_equals_one_filter_per_position(kernel_size, stride, half_size, channels, layout):
    in_channels, out_channels, mask_channels = channels
    layer = MaskAwareDynamicFilter(
        in_channels, out_channels, mask_channels=mask_channels, kernel_size=kernel_size, stride=stride
    ).double()
    size = [2 * side for side in half_size]
    features = torch.randn(2, in_channels, *size, dtype=torch.float64).to(memory_format=layout)
    mask_features = torch.rand(2, mask_channels, *(side // stride for side in size), dtype=torch.float64)
    expected = one_filter_per_position(layer, features, mask_features)
    torch.testing.assert_close(layer(features, mask_features), expected)


def test_gradients_are_those_of_one_filter_per_position():
    layer = MaskAwareDynamicFilter(3, 4, mask_channels=5, kernel_size=3, stride=2).double()
    features = torch.randn(1, 3, 6, 8, dtype=torch.float64, requires_grad=True)
    mask_features = torch.rand(1, 5, 3, 4, dtype=torch.float64, requires_grad=True)
    direction = torch.randn(1, 4, 3, 4, dtype=torch.float64)
    inputs = (features, mask_features, layer.filter_bank.weight)
    fast = torch.autograd.grad(layer(features, mask_features), inputs, direction)
    slow = torch.autograd.grad(one_filter_per_position(layer, features, mask_features), inputs, direction)
    torch.testing.assert_close(fast, slow)


def test_starts_as_the_predicting_convolution_would():
    """PyTorch draws a 1 × 1 convolution of 16 channels, weight and bias alike, from U(-1/4, 1/4)."""
    weight = MaskAwareDynamicFilter(8, 8, mask_channels=16, kernel_size=3, stride=2).filter_bank.weight
    predicting = torch.nn.Conv2d(16, 8 * 8 * 9, 1)
    assert weight.abs().max() <= 0.25
    assert weight.std().item() == pytest.approx(predicting.weight.std().item(), rel=0.05)
    assert weight.std().item() == pytest.approx(predicting.bias.std().item(), rel=0.1)
