from __future__ import annotations

import torch

from inpaint_zoo.models.edgeconnect.edge_scores import edge_scores


def test_counts_are_those_inside_the_holes_of_the_whole_batch():
    """Two found of three predicted and four true ones; what stands outside of the holes does not count."""
    edge = torch.tensor([[1, 1, 1, 0, 1.0], [1, 0, 0, 0, 0]])[:, None, None]
    predicted = torch.tensor([[0.9, 0.6, 0.5, 0.7, 0.0], [0.2, 0.1, 0.0, 0.9, 0.9]])[:, None, None]
    mask = torch.tensor([[1, 1, 1, 1, 0], [1, 1, 1, 0, 0.0]])[:, None, None]
    scores = edge_scores(predicted, edge, mask)
    assert {name: round(score.item(), 6) for name, score in scores.items()} == {
        "edge_precision": round(2 / 3, 6),
        "edge_recall": 0.5,
        "edge_f1": round(4 / 7, 6),
    }


def values(*arguments):
    return {score.item() for score in edge_scores(*arguments).values()}


def test_all_are_one_where_there_is_nothing_and_zero_where_one_side_is_missing():
    nothing, something, mask = torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2), torch.ones(1, 1, 2, 2)
    assert values(nothing, nothing, mask) == {1.0}
    assert values(something, something, 0 * mask) == {1.0}
    for one, other in ((nothing, something), (something, nothing)):
        assert values(one, other, mask) == {0.0}
