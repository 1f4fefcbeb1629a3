"""Projections, gated fusion and the last layers, against the formulas of the paper."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from inpaint_zoo.layers.feature_aggregation import ContextualFeatureAggregation
from inpaint_zoo.models.ctsdg.fusion import BidirectionalGatedFusion, FeatureProjection, FusedOutput


@pytest.mark.parametrize("sequential", [True, False])
def test_gated_fusion_follows_the_published_weights_or_the_papers_formula(sequential):
    torch.manual_seed(0)
    fusion = BidirectionalGatedFusion(4, sequential=sequential)
    torch.nn.init.constant_(fusion.texture_gamma, 0.3)
    torch.nn.init.constant_(fusion.structure_gamma, -0.7)
    texture, structure = torch.randn(2, 1, 4, 6, 10).unbind(0)
    gates = [
        F.conv2d(torch.cat([texture, structure], 1), gate.weight, gate.bias, padding=1).sigmoid()
        for gate in (fusion.structure_gate, fusion.texture_gate)
    ]
    new_texture = texture + 0.3 * gates[0] * structure
    new_structure = structure - 0.7 * gates[1] * (new_texture if sequential else texture)
    torch.testing.assert_close(fusion(texture, structure), torch.cat([new_texture, new_structure], 1))


def test_fusion_starts_as_the_identity():
    texture, structure = torch.randn(2, 1, 4, 6, 10).unbind(0)
    fused = BidirectionalGatedFusion(4, sequential=True)(texture, structure)
    assert torch.equal(fused, torch.cat([texture, structure], 1))


def test_last_convolution_sees_the_doubled_features():
    torch.manual_seed(0)
    layers = FusedOutput(8, 4, ContextualFeatureAggregation(4, (1, 2)))
    fused = torch.randn(1, 8, 8, 12)
    half = F.leaky_relu(layers.halve(fused), 0.2)
    half = F.leaky_relu(layers.merge(torch.cat([half, layers.attention(half)], 1)), 0.2)
    doubled = F.interpolate(half, scale_factor=2, mode="bilinear", align_corners=False)
    torch.testing.assert_close(layers(fused), torch.tanh(layers.output(torch.cat([doubled, fused], 1))))


def test_a_projection_adds_its_bottleneck_to_the_features() -> None:
    torch.manual_seed(0)
    projection = FeatureProjection(8, 3).eval()
    features = torch.randn(2, 8, 5, 7)
    convolution, norm, _, second, last_norm = projection.bottleneck
    assert convolution.out_channels == 2
    hidden = last_norm(second(F.relu(norm(convolution(features)))))
    torch.testing.assert_close(projection(features), projection.output(F.relu(hidden + features)))
