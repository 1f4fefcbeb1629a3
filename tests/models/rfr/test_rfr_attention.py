from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from inpaint_zoo.models.rfr.attention import KnowledgeConsistentAttention


def slow_values(layer, maps, masks):
    """One image at a time: similarities of all pairs, averaged by a window over the queries, one recurrence a map."""
    share, before, values = layer.ratio.abs() + 1e-7, None, []
    for features, known in zip(maps, masks, strict=True):
        channels, height, width = features.shape
        shifted = features + 1e-7
        keys = (shifted / shifted.pow(2).sum(0).sqrt()).flatten(1)
        pairs = (features.flatten(1).T @ keys).T.view(-1, 1, height, width)
        summed = F.conv2d(pairs, torch.ones(1, 1, 3, 3, dtype=pairs.dtype), padding=1).flatten(1).T
        scores = summed.softmax(1)
        if before is not None:
            past = before[1].flatten()[:, None]
            scores = (before[0] * past + scores * share) / (past + share)
        before = scores, known
        values.append((keys @ scores.T).view(channels, height, width))
    return values


@pytest.fixture
def layer():
    torch.manual_seed(0)
    layer = KnowledgeConsistentAttention(6).double()
    layer.ratio.data.fill_(-0.7)
    layer.combiner.weight.data.zero_()[:, :6, 0, 0] = torch.eye(6)
    layer.combiner.bias.data.zero_()
    return layer


def recur(layer, maps, masks):
    passed_on, made = None, []
    for features, known in zip(maps, masks, strict=True):
        values, passed_on = layer(features, known, passed_on)
        made.append(values)
    return torch.stack(made, 1)


def test_equals_one_image_and_one_pair_of_positions_at_a_time(layer):
    generator = torch.Generator().manual_seed(1)
    maps = torch.randn(3, 2, 6, 5, 7, generator=generator, dtype=torch.float64).requires_grad_()
    masks = (torch.rand(3, 2, 1, 5, 7, generator=generator) > 0.4).float()
    expected = torch.stack([torch.stack(slow_values(layer, maps[:, i], masks[:, i])) for i in range(2)])
    found = recur(layer, maps, masks)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)
    direction = torch.randn(found.shape, generator=generator, dtype=torch.float64)
    inputs = (maps, layer.ratio)
    for one, other in zip(
        torch.autograd.grad(found, inputs, direction), torch.autograd.grad(expected, inputs, direction), strict=True
    ):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-11)
    with torch.no_grad():
        torch.testing.assert_close(recur(layer, maps, masks), expected, rtol=0, atol=1e-12)


def test_a_hole_takes_new_scores_alone_and_what_is_known_keeps_its_share(layer):
    maps = torch.randn(2, 1, 6, 4, 4, dtype=torch.float64)
    masks = torch.zeros(2, 1, 1, 4, 4)
    masks[..., :2] = 1
    _, first = layer(maps[0], masks[0], None)
    kept = first.scores.clone()
    _, alone = layer(maps[1], masks[1], None)
    _, second = layer(maps[1], masks[1], first)
    known = masks[0].flatten().bool()
    assert torch.equal(second.scores[0, ~known], alone.scores[0, ~known])
    expected = (kept[0, known] + 0.7 * alone.scores[0, known]) / 1.7
    torch.testing.assert_close(second.scores[0, known], expected, rtol=0, atol=1e-6)
