"""How far people agree with one another.

Source: Krippendorff's alpha for names, with any number of votes a question (Krippendorff, Content Analysis, 3rd edition
2013, chapter 12). Chance is what would be seen if votes fell on questions at random. Where questions offer different
methods, as pairs do, votes are only moved between questions with the same methods: otherwise, people who toss a coin
would seem to agree, because they cannot choose what is not shown.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from inpaint_zoo.user_study.bradley_terry import Offered
from inpaint_zoo.user_study.two_way import Floats, Numbers


class Agreement(NamedTuple):
    """Between the people who answered the same questions."""

    share: float
    """Of all pairs of votes on one question, the share with the same choice."""
    alpha: float | None
    """1: always the same choice; 0: as by chance; None where all votes on questions with the same methods are equal."""


def agreement_of(questions: Numbers, offered: Offered, chosen: Numbers) -> Agreement | None:
    """Compare the votes on each question; None where no question has two.

    Args:
        questions: (n,): the number of each vote's question.
        offered: (n, M): the methods of the question.
        chosen: (n,): the number of the chosen method.
    """
    names, first, place = np.unique(questions, return_index=True, return_inverse=True)
    counts = np.zeros((len(names), offered.shape[1]))
    np.add.at(counts, (place, chosen), 1)
    shared = counts.sum(axis=1) > 1
    if not shared.any():
        return None
    counts, methods = counts[shared], offered[first][shared]
    sizes = counts.sum(axis=1)
    same = (counts * (counts - 1)).sum(axis=1)
    observed = ((sizes * (sizes - 1) - same) / (sizes - 1)).sum()
    _, kinds = np.unique(methods, axis=0, return_inverse=True)
    by_chance = sum(_by_chance(counts[kinds == kind].sum(axis=0)) for kind in np.unique(kinds))
    share = float(same.sum() / (sizes * (sizes - 1)).sum())
    return Agreement(share, float(1 - observed / by_chance) if by_chance > 0 else None)


def _by_chance(counts: Floats) -> float:
    """The disagreement that is expected where votes (M,) fall on questions at random."""
    number = counts.sum()
    return float((number**2 - (counts**2).sum()) / (number - 1))
