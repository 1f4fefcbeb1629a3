"""How well predicted edges are those of the complete image, inside the hole."""

from __future__ import annotations

from torch import Tensor

THRESHOLD = 0.5
"""Of a probability, above which there is an edge."""


def edge_scores(predicted: Tensor, edge: Tensor, mask: Tensor) -> dict[str, Tensor]:
    """Precision, recall and their harmonic mean, F1, of the edges in the holes of a batch together; scalars in [0, 1].

    All are 1 where there are neither edges nor predicted ones.

    Args:
        predicted: (B, 1, H, W), probabilities.
        edge: (B, 1, H, W) of 0 and 1, the true ones.
        mask: (B, 1, H, W), 1 = hole.
    """
    hole = mask.bool()
    labels, selected = (hole & (each > THRESHOLD) for each in (edge, predicted))
    found, num_labels, num_selected = (each.sum() for each in (labels & selected, labels, selected))
    scores = {
        "edge_precision": found / num_selected.clamp_min(1),
        "edge_recall": found / num_labels.clamp_min(1),
        "edge_f1": 2 * found / (num_labels + num_selected).clamp_min(1),
    }
    nothing = (num_labels + num_selected) == 0
    return {name: score.masked_fill(nothing, 1) for name, score in scores.items()}
