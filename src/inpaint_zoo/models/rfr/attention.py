"""Knowledge-consistent attention: each recurrence mixes its scores with those of the one before."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inpaint_zoo.runtime.full_precision import full_precision

EPSILON = 1e-7
"""Added to every feature before its length is taken, and to the share of new scores."""
WINDOW = 3
"""Side of the window of queries that are summed."""


class Attended(NamedTuple):
    """What a recurrence passes on to the next one."""

    scores: Tensor
    """(B, N, N), of queries and keys; each row sums to 1."""
    known: Tensor
    """(B, N, 1) of 0 and 1: which positions were known."""


class KnowledgeConsistentAttention(nn.Module):
    """Rebuilds a feature map from its own directions, with scores that the recurrences share.

    Keys are the features of single positions, divided by their length; the similarity of a query and a key is the sum
    of the products over the 3x3 positions around the query, so that the features are summed instead of the N x N
    products. Where a query was known in the recurrence before, its scores are

        a_t = (a_{t-1} + c·λ) / (1 + λ),  λ = |ratio| + 1e-7,

    elsewhere the softmax c of the similarities. Values are the keys. Norms, similarities and scores are float32 under
    autocast too.

    Args:
        channels: Channels of the features.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.ratio = nn.Parameter(torch.ones(1))
        self.combiner = nn.Conv2d(2 * channels, channels, 1)

    def forward(self, features: Tensor, known: Tensor, before: Attended | None) -> tuple[Tensor, Attended]:
        """Attend.

        Args:
            features: (B, C, h, w), N = h·w.
            known: (B, 1, h, w) of 0 and 1, 1 = known in this recurrence.
            before: What the recurrence before passed on; None in the first one. Without gradients it is used up.

        Returns:
            (B, C, h, w), and what to pass on.
        """
        with full_precision(features):
            exact = features.to(torch.promote_types(features.dtype, torch.float32))
            keys = exact + EPSILON
            keys = (keys / keys.norm(dim=1, keepdim=True)).flatten(2)
            # the mean times 9: an export to ONNX leaves out divisor_override=1 (torch 2.15)
            queries = F.avg_pool2d(exact, WINDOW, 1, WINDOW // 2).flatten(2) * WINDOW**2
            scores = (queries.mT @ keys).softmax(-1)
            if before is not None:
                scores = self._mixed(before, scores)
            values = (keys @ scores.mT).view_as(exact).to(features.dtype)
        combined: Tensor = self.combiner(torch.cat([values, features], 1))
        return combined, Attended(scores, known.flatten(1)[..., None])

    def _mixed(self, before: Attended, scores: Tensor) -> Tensor:
        """Scores of two recurrences; all of the new ones where the query was not known."""
        share = (self.ratio.abs() + EPSILON).to(scores.dtype)
        weight = share / (before.known.to(scores.dtype) + share)
        if torch.is_grad_enabled():
            return before.scores.lerp(scores, weight)
        return before.scores.lerp_(scores, weight)
