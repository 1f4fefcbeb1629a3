from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from inpaint_zoo.layers.gated_conv import GatedConv2d, UpsamplingGatedConv2d


def with_biases(layer):
    torch.manual_seed(0)
    layer.bias.data.normal_()
    return layer.double()


def gated(values, activation=F.elu):
    features, gates = values[:, : values.shape[1] // 2], values[:, values.shape[1] // 2 :]
    return activation(features) * gates.sigmoid()


@pytest.mark.parametrize(("kernel_size", "dilation"), [(5, 1), (3, 1), (3, 4)])
def test_half_of_the_outputs_gates_the_other(kernel_size, dilation):
    layer = with_biases(GatedConv2d(3, 4, kernel_size, dilation=dilation))
    image, padding = torch.randn(2, 3, 9, 12).double(), (kernel_size - 1) * dilation // 2
    values = F.conv2d(image, layer.weight, layer.bias, 1, padding, dilation)
    torch.testing.assert_close(layer(image), gated(values))
    assert layer(image).shape == (2, 4, 9, 12)


def test_another_activation():
    layer = with_biases(GatedConv2d(3, 4, 3, activation=F.relu))
    image = torch.randn(1, 3, 5, 5).double()
    expected = gated(F.conv2d(image, layer.weight, layer.bias, padding=1), F.relu)
    torch.testing.assert_close(layer(image), expected)
    assert (layer(image) == 0).any()


@pytest.mark.parametrize("padding", [(0, 1), (1, 1), (1, 2), (2, 0)])
def test_padding_may_differ_before_and_after(padding):
    layer = with_biases(GatedConv2d(3, 4, 3, stride=2, padding=padding))
    image = torch.randn(1, 3, 8, 6).double()
    expected = gated(F.conv2d(F.pad(image, padding * 2), layer.weight, layer.bias, 2))
    torch.testing.assert_close(layer(image), expected)


@pytest.mark.parametrize("size", [(5, 7), (1, 2)])
def test_upsampling_equals_repeated_pixels_and_a_convolution(size):
    layer = with_biases(UpsamplingGatedConv2d(3, 4))
    image = torch.randn(2, 3, *size).double().requires_grad_()
    doubled = F.interpolate(image, scale_factor=2, mode="nearest")
    expected = gated(F.conv2d(doubled, layer.weight, layer.bias, padding=1))
    torch.testing.assert_close(layer(image), expected)
    direction, inputs = torch.randn_like(expected), (image, layer.weight, layer.bias)
    for one, other in zip(
        torch.autograd.grad(layer(image), inputs, direction),
        torch.autograd.grad(expected, inputs, direction),
        strict=True,
    ):
        torch.testing.assert_close(one, other)
