"""Confidence intervals of means over clusters: Student's t, widened for the skewness of the data.

Sources: the spread is that of the jackknife over clusters (Wolter, Introduction to Variance Estimation, 2nd edition
2007, chapter 4); the quantile is that of |t| in the Edgeworth expansion of Hall, The Bootstrap and Edgeworth Expansion
(1992), section 2.6 (the polynomial q2), around Student's quantile, which stands for its term of normal data. It is what
a symmetric studentised bootstrap estimates (section 3.6 there), without draws. The skewness is G1 of Joanes and Gill,
"Comparing measures of sample skewness and kurtosis", The Statistician 47 (1998). `benchmarks/significance.py` measures
how often these intervals and others hold the true mean.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
"""Level of all confidence intervals."""
FEWEST = 6
"""With fewer clusters there is neither interval nor p value: a few values do not show skewness, and the smallest p of
all 2^n flips, 2 / 2^n, is below 0.05 from here on."""
ROUNDING = 1e-12
"""Spreads whose share of the mean is at most this are 0: equal values, but for rounding."""


def confidence_intervals(sums: Floats, sizes: Floats) -> Floats:
    """Intervals of the mean of each column (sum of sums / sum of sizes), at the level `CONFIDENCE`.

    Args:
        sums: (n, C), finite: the sum over the members of a cluster, for each column.
        sizes: (n, C): the number of members of a cluster in each column; clusters without members do not count.

    Returns:
        (C, 2), low and high, the mean in the middle; NaN where fewer than `FEWEST` clusters have a member.
    """
    number = (sizes > 0).sum(axis=0).astype(np.float64)
    enough = number >= FEWEST
    number = np.where(enough, number, FEWEST)
    total = np.where(enough, sizes.sum(axis=0), 1)
    means = sums.sum(axis=0) / total
    # by how much the mean changes without a cluster, times n - 1: for clusters of equal size, value - mean
    changes = (number - 1) * (sums - means * sizes) / np.where(enough, total - sizes, 1)
    spread = np.sqrt((changes**2).sum(axis=0) / (number * (number - 1)))
    spread[spread <= ROUNDING * np.abs(means)] = 0
    scaled = np.divide(changes, spread, out=np.zeros_like(changes), where=spread > 0)
    half = spread * _quantile(scaled, number)
    return np.where(enough[:, None], np.stack([means - half, means + half], axis=1), np.nan)


def _quantile(changes: Floats, number: Floats) -> Floats:
    """(C,): the quantile of |t| for data with the skewness and the excess kurtosis of `changes`, at `CONFIDENCE`."""
    second, third, fourth = ((changes**power).sum(axis=0) / number for power in (2, 3, 4))
    varied = second > 0
    second = np.where(varied, second, 1)
    skewness = third / second**1.5 * np.sqrt(number * (number - 1)) / (number - 2)
    kurtosis = np.where(varied, fourth / second**2 - 3, 0)
    student = stdtrit(number - 1, (1 + CONFIDENCE) / 2)
    widening = skewness**2 / 18 * (student**4 + 2 * student**2 - 3) - kurtosis / 12 * (student**2 - 3)
    quantile: Floats = student * (1 + widening / number)
    return quantile
