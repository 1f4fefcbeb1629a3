"""Cluster bootstrap of means: whole clusters are drawn with replacement, the same ones for all columns.

Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 13.3 (percentile interval); Davison and
Hinkley, Bootstrap Methods and their Application (1997), section 3.8 (resampling of clusters).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
"""Level of all confidence intervals."""
CHUNK_ELEMENTS = 2_000_000
"""Elements of one block of draws: about 50 MB with its intermediate results."""
BLOCK_COLUMNS = 512
"""Columns that are computed at once: their means over 10 000 resamples take 40 MB."""


def bootstrap_intervals(sums: Floats, sizes: Floats, num_resamples: int, seed: int) -> Floats:
    """Percentile intervals of the mean of each column, at the level `CONFIDENCE`.

    Args:
        sums: (n, C), finite: the sum over the members of a cluster, for each column.
        sizes: (n, C): the number of members of a cluster in each column. Clusters without members are drawn as well; a
            resample of such clusters alone has no mean and is left out.
        num_resamples: Number of resamples, of n clusters each.
        seed: The same seed draws the same clusters.

    Returns:
        (C, 2), low and high; NaN where fewer than two clusters have a member, since one cluster has no spread.
    """
    blocks = [
        _percentiles(resampled_means(sums[:, start:stop], sizes[:, start:stop], num_resamples, seed))
        for start, stop in ((start, start + BLOCK_COLUMNS) for start in range(0, sums.shape[1], BLOCK_COLUMNS))
    ]
    intervals = np.concatenate(blocks) if blocks else np.empty((0, 2))
    intervals[(sizes > 0).sum(axis=0) < 2] = np.nan
    return intervals


def resampled_means(sums: Floats, sizes: Floats, num_resamples: int, seed: int) -> Floats:
    """Mean of each column over each resample: the sum of the drawn sums over the sum of the drawn sizes.

    Returns:
        (C, num_resamples), NaN where a resample holds no member.
    """
    # most columns have the same members, so each distinct column of sizes is multiplied only once
    distinct, column = np.unique(sizes, axis=1, return_inverse=True)
    same = distinct.shape[1] == 1
    means = np.empty((sums.shape[1], num_resamples))
    start = 0
    for counts in _draws(len(sums), num_resamples, seed):
        size = distinct.T @ counts.T
        part = means[:, start : start + len(counts)]
        with np.errstate(invalid="ignore"):  # 0 / 0 = NaN
            np.divide(sums.T @ counts.T, size if same else size[column.reshape(-1)], out=part)
        start += len(counts)
    return means


def _draws(num_clusters: int, num_resamples: int, seed: int) -> Iterator[Floats]:
    """How often each cluster is drawn: blocks of (rows, n) whose rows add up to n."""
    rng = np.random.default_rng(seed)
    rows = max(1, CHUNK_ELEMENTS // num_clusters)
    for start in range(0, num_resamples, rows):
        count = min(rows, num_resamples - start)
        drawn = rng.integers(num_clusters, size=(count, num_clusters), dtype=np.int64)
        drawn += np.arange(count)[:, None] * num_clusters
        counts = np.bincount(drawn.ravel(), minlength=count * num_clusters)
        yield counts.reshape(count, num_clusters).astype(np.float64)


def _percentiles(means: Floats) -> Floats:
    """(C, 2): percentiles of each row, over the resamples that have a mean."""
    shares = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    incomplete = np.isnan(means).any(axis=1)
    # the quantiles of rows with NaN are NaN: they are computed again without it
    limits = np.quantile(means, shares, axis=1).T
    for row in np.flatnonzero(incomplete):
        known = means[row][~np.isnan(means[row])]
        limits[row] = np.quantile(known, shares) if known.size else np.nan
    return limits
