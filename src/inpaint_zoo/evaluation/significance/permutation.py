"""Paired permutation test of a mean difference: under the null hypothesis, the sign of each cluster is random.

Source: Fisher, The Design of Experiments (1935), section 21; p values of random flips after Phipson and Smyth,
"Permutation p-values should never be zero", Statistical Applications in Genetics and Molecular Biology 9 (2010).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from inpaint_zoo.evaluation.significance.bootstrap import CHUNK_ELEMENTS, Floats

TIE = 1e-12
"""Sums whose distance is at most this share of the largest possible sum count as equal: they differ by rounding."""


def permutation_p_values(differences: Floats, num_resamples: int, seed: int) -> Floats:
    """Two-sided p value of each column: how often flipped signs give a sum at least as far from 0 as the observed one.

    Args:
        differences: (n, C), finite: the sum of the differences within a cluster, for each column; 0 where it has none.
        num_resamples: Number of random flips; where 2^n is not larger, every flip is used once and p is exact.
        seed: The same seed flips the same signs.

    Returns:
        (C,) in (0, 1]. With random flips, the observed signs count as one more flip, so that p is never 0.
    """
    total = differences.sum(axis=0)
    limit = np.abs(total) - TIE * np.abs(differences).sum(axis=0)
    exact = is_exact(len(differences), num_resamples)
    flips = _every_flip(len(differences)) if exact else _random_flips(len(differences), num_resamples, seed)
    extreme = np.zeros(differences.shape[1])
    for flipped in flips:
        extreme += (np.abs(total - 2 * (flipped @ differences)) >= limit).sum(axis=0)
    return extreme / 2.0 ** len(differences) if exact else (extreme + 1) / (num_resamples + 1)


def is_exact(num_clusters: int, num_resamples: int) -> bool:
    """Whether the number of all sign flips is at most `num_resamples`."""
    return 1 << num_clusters <= num_resamples


def _every_flip(num_clusters: int) -> Iterator[Floats]:
    numbers = np.arange(2**num_clusters)
    yield (numbers[:, None] >> np.arange(num_clusters) & 1).astype(np.float64)


def _random_flips(num_clusters: int, num_resamples: int, seed: int) -> Iterator[Floats]:
    rng = np.random.default_rng(seed)
    rows = max(1, CHUNK_ELEMENTS // num_clusters)
    for start in range(0, num_resamples, rows):
        count = min(rows, num_resamples - start)
        bits = np.frombuffer(rng.bytes(count * -(-num_clusters // 8)), np.uint8).reshape(count, -1)
        yield np.unpackbits(bits, axis=1, count=num_clusters).astype(np.float64)
