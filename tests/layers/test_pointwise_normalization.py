from __future__ import annotations

import torch
import torch.nn.functional as F

from inpaint_zoo.layers.pointwise_normalization import PointwiseNormalization


def test_scale_and_shift_follow_the_guide_at_every_position():
    layer = PointwiseNormalization(4, guide_channels=3, shared_channels=5)
    x, guide = 2 + 3 * torch.randn(2, 4, 6, 9), torch.randn(2, 3, 6, 9)
    variance, mean = torch.var_mean(x, (0, 2, 3), correction=0, keepdim=True)
    shared = F.relu(layer.shared(guide))
    expected = (x - mean) / (variance + 1e-5).sqrt() * (1 + layer.scale(shared)) + layer.shift(shared)
    torch.testing.assert_close(layer(x, guide), expected, rtol=1e-4, atol=1e-5)


def test_running_statistics_are_those_of_batch_normalisation():
    layer, oracle = PointwiseNormalization(4, guide_channels=3, shared_channels=5), torch.nn.BatchNorm2d(4)
    for _ in range(3):
        layer(x := 1 + torch.randn(2, 4, 6, 9), torch.randn(2, 3, 6, 9))
        oracle(x)
    torch.testing.assert_close(layer.norm.running_mean, oracle.running_mean)
    torch.testing.assert_close(layer.norm.running_var, oracle.running_var)


def test_in_evaluation_one_position_of_the_guide_changes_its_neighbourhood_alone():
    layer = PointwiseNormalization(2, guide_channels=1, shared_channels=3).eval()
    x, guide = torch.randn(1, 2, 9, 9), torch.randn(1, 1, 9, 9)
    changed = guide.clone()
    changed[..., 4, 4] += 5
    difference = (layer(x, changed) - layer(x, guide)).abs().amax((0, 1))
    assert difference[2:7, 2:7].max() > 0  # two 3 × 3 convolutions reach two positions far
    difference[2:7, 2:7] = 0
    assert difference.max() == 0
