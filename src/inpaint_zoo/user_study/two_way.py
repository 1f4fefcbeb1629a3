"""Confidence intervals where people and photographs are both drawn at random.

Two votes of one person are not independent, nor are two votes on one photograph. The variance is that of Cameron,
Gelbach and Miller, "Robust inference with multiway clustering", Journal of Business & Economic Statistics 29 (2011):
the variance over people, plus that over photographs, less that over both, each with its factor G / (G - 1). The
quantile is Student's, with one degree of freedom less than there are people or photographs, whichever are fewer.
Intervals of shares are made on the scale of log odds, so that they stay in [0, 1]. `benchmarks/study.py` measures how
often they hold the true share.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, stdtrit

from inpaint_zoo.evaluation.significance import CONFIDENCE, FEWEST, Interval

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]


class Crossed(NamedTuple):
    """Who votes, and on what: one entry for each of n votes."""

    people: Numbers
    """(n,)"""
    photographs: Numbers
    """(n,)"""

    @property
    def num_people(self) -> int:
        """Number of people with a vote."""
        return len(np.unique(self.people))

    @property
    def num_photographs(self) -> int:
        """Number of photographs with a vote."""
        return len(np.unique(self.photographs))

    @property
    def too_few(self) -> str:
        """Why there is no interval: `too few people` or `too few photographs`, fewer than `FEWEST`; empty otherwise."""
        if self.num_people < FEWEST:
            return "too few people"
        return "too few photographs" if self.num_photographs < FEWEST else ""

    def of(self, chosen: NDArray[np.bool_]) -> Crossed:
        """The same for some of the votes."""
        return Crossed(self.people[chosen], self.photographs[chosen])


def interval_of_share(share: float, influences: Floats, crossed: Crossed) -> Interval | None:
    """The interval of a share; None where there are too few people or photographs.

    A share of 0 or 1 shows no spread: its interval reaches to the bound of Clopper and Pearson (Biometrika 26, 1934),
    as if every person, or every photograph, whichever are fewer, had one vote.

    Args:
        share: In [0, 1].
        influences: (n,): by how much each vote moves the share, (vote - share) / n for a plain share.
        crossed: Of the n votes.
    """
    if crossed.too_few:
        return None
    if not 0 < share < 1:
        reach = 1 - ((1 - CONFIDENCE) / 2) ** (1 / _fewer(crossed))
        return Interval(0.0, reach) if share <= 0 else Interval(1 - reach, 1.0)
    half = _half_width(influences[:, None], crossed)[0] / (share * (1 - share))
    return Interval(float(expit(logit(share) - half)), float(expit(logit(share) + half)))


def intervals_of_scores(scores: Floats, influences: Floats, crossed: Crossed) -> list[Interval] | None:
    """The intervals of scores that have no bounds; None where there are too few people or photographs.

    Args:
        scores: (M,).
        influences: (n, M): by how much each vote moves each score.
        crossed: Of the n votes.
    """
    if crossed.too_few:
        return None
    half = _half_width(influences, crossed)
    return [Interval(float(low), float(high)) for low, high in zip(scores - half, scores + half, strict=True)]


def two_way_variance(influences: Floats, crossed: Crossed) -> Floats:
    """(C,): the variance of each column of influences (n, C), at least that of independent votes."""
    both = _variance(influences, crossed.people * (crossed.photographs.max() + 1) + crossed.photographs)
    people, photographs = (_variance(influences, own) for own in crossed)
    return np.maximum(people + photographs - both, both)


def _variance(influences: Floats, groups: Numbers) -> Floats:
    """(C,): the variance of a sum over groups (n,) that are independent."""
    names, place = np.unique(groups, return_inverse=True)
    sums = np.zeros((len(names), influences.shape[1]))
    np.add.at(sums, place, influences)
    found: Floats = (sums**2).sum(axis=0) * len(names) / (len(names) - 1)
    return found


def _half_width(influences: Floats, crossed: Crossed) -> Floats:
    quantile = float(stdtrit(_fewer(crossed) - 1, (1 + CONFIDENCE) / 2))
    return quantile * np.sqrt(two_way_variance(influences, crossed))


def _fewer(crossed: Crossed) -> int:
    return min(crossed.num_people, crossed.num_photographs)
