from __future__ import annotations

import torch
import torch.nn.functional as F
from tests.layers.test_attention import slow_attend

from inpaint_zoo.layers.feature_aggregation import ContextualFeatureAggregation, MultiScaleAggregation


def test_aggregation_over_scales_is_the_weighted_sum_of_the_paper():
    torch.manual_seed(0)
    layer = MultiScaleAggregation(3, (1, 2, 4))
    features = torch.randn(2, 3, 9, 12)
    hidden = F.relu(F.conv2d(features, layer.weight_hidden.weight, layer.weight_hidden.bias, padding=1))
    weights = F.relu(F.conv2d(hidden, layer.weight_output.weight, layer.weight_output.bias)).softmax(1)
    expected = sum(
        weights[:, [index]] * F.relu(F.conv2d(features, conv.weight, conv.bias, padding=dilation, dilation=dilation))
        for index, (conv, dilation) in enumerate(zip(layer.scales, (1, 2, 4), strict=True))
    )
    torch.testing.assert_close(layer(features), expected)


def test_contextual_feature_aggregation_is_attention_then_aggregation():
    torch.manual_seed(0)
    layer = ContextualFeatureAggregation(4, (1, 2))
    features = torch.randn(1, 4, 8, 12)
    torch.testing.assert_close(layer(features), layer.aggregation(slow_attend(features)), rtol=1e-4, atol=1e-5)
