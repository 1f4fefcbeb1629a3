from __future__ import annotations

import pytest
import torch
from torch import nn

from inpaint_zoo.layers.init import init_he, init_normal


def test_normal_weights_and_zero_biases():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(64, 64, 3), nn.ConvTranspose2d(64, 64, 3), nn.BatchNorm2d(4096))
    init_normal(module)
    for layer, mean in zip(module, (0, 0, 1), strict=True):
        assert layer.weight.mean().item() == pytest.approx(mean, abs=2e-3)
        assert layer.weight.std().item() == pytest.approx(0.02, rel=0.05)
        assert not layer.bias.any()


def test_layers_without_bias_or_affine_parameters():
    module = nn.Sequential(nn.Conv2d(2, 2, 1, bias=False), nn.BatchNorm2d(2, affine=False))
    init_normal(module)
    assert module[1].weight is None


@pytest.mark.parametrize("width", [16, 128])
def test_he_keeps_the_scale_through_convolutions_and_relus(width):
    torch.manual_seed(0)
    layers = [layer for _ in range(10) for layer in (nn.Conv2d(width, width, 3, padding=1), nn.ReLU())]
    module = nn.Sequential(*layers)
    image = torch.randn(2, width, 32, 32)
    init_normal(module)
    assert module(image).std() < 0.05 * image.std()
    init_he(module)
    assert 0.2 < module(image).std() / image.std() < 2
    assert not any(layer.bias.any() for layer in module[::2])
