"""Every pair of methods: mean difference, interval, corrected p value, and who is told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.evaluation.significance.columns import Columns
from inpaint_zoo.evaluation.significance.intervals import FEWEST, Floats
from inpaint_zoo.evaluation.significance.letters import letters
from inpaint_zoo.evaluation.significance.permutation import corrected_p_values

SIGNIFICANCE = 0.05
"""p values below this are significant."""
MANY_PAIRS = 500
"""From so many pairs on, their sums are computed from those of methods."""


class Pairs(NamedTuple):
    """The differences of M methods (first axis) to each other (second axis), in K metrics."""

    means: Floats
    """(M, M, K), over the images that both have; NaN without one, and where a value is infinite."""
    intervals: Floats
    """(M, M, K, 2), each of its difference alone; NaN where a pair is not tested."""
    p: Floats
    """(M, M, K), corrected for all pairs of a metric; NaN where a pair is not tested."""
    told_apart: NDArray[np.bool_]
    """(M, M, K): whether p is below `SIGNIFICANCE` and the interval does not contain 0."""

    @classmethod
    def of(cls, values: Floats, starts: NDArray[np.intp], num_resamples: int, seed: int) -> Pairs:
        """Compare all methods.

        Args:
            values: (S, M, K): images, methods, metrics; NaN where a value is missing.
            starts: (n,): the first image of each photograph. Pairs with images of fewer than `FEWEST` are not tested.
            num_resamples: Random sign flips.
            seed: Of the flips.
        """
        number = values.shape[1]
        values = np.where(np.isinf(values).any(axis=0), np.nan, values)
        columns = Columns.joined([Columns.of(values[:, [m]] - values[:, m + 1 :], starts) for m in range(number)])
        tested = (columns.sizes > 0).sum(axis=0) >= FEWEST
        p = corrected_p_values(
            np.where(tested, columns.sums, 0), num_resamples, seed, _complete(values, starts, tested)
        )
        limits = columns.intervals()
        told_apart = (p < SIGNIFICANCE) & ((limits[..., 0] > 0) | (limits[..., 1] < 0))
        return cls(
            _square(number, columns.means, -columns.means),
            _square(number, limits, -limits[..., ::-1]),
            _square(number, *[np.where(tested, p, np.nan)] * 2),
            _square(number, *[told_apart.astype(float)] * 2) == 1,
        )

    def letters(self, metric: int, ranked: Sequence[int]) -> Mapping[int, str]:
        """The letters of each tested method, by its number.

        Args:
            metric: The number of the metric.
            ranked: The numbers of methods, the best first.
        """
        order = [number for number in ranked if not np.isnan(self.p[number, :, metric]).all()]
        return dict(zip(order, letters(self.told_apart[..., metric][np.ix_(order, order)]), strict=True))


def _complete(values: Floats, starts: NDArray[np.intp], tested: NDArray[np.bool_]) -> Floats | None:
    """(n, M, K): sums by photograph; None for a few methods, and where a method lacks values that another has."""
    missing = np.isnan(values)
    if len(tested) < MANY_PAIRS or not tested[:, ~missing.all(axis=(0, 1))].all():
        return None
    if (missing.any(axis=(0, 1)) & ~missing.all(axis=(0, 1))).any():
        return None
    sums: Floats = np.add.reduceat(np.where(missing, 0, values), starts, axis=0)
    return sums


def _square(number: int, upper: Floats, lower: Floats) -> Floats:
    """(M, M, ...) of the values of all pairs (first < second) and of their opposites (second < first); NaN between."""
    made = np.full((number, number, *upper.shape[1:]), np.nan)
    first, second = np.triu_indices(number, 1)
    made[first, second], made[second, first] = upper, lower
    return made + 0.0  # no negative zeros
