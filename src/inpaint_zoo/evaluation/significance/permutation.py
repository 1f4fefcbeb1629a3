"""Paired permutation test of all pairs of methods: where two are equal, the sign of a cluster's difference is random.

Sources: Fisher, The Design of Experiments (1935), section 21 (sign flips); Westfall and Young, Resampling-Based
Multiple Testing (1993), section 2.6 (the largest statistic, step-down); p values of random flips after Phipson and
Smyth, "Permutation p-values should never be zero", Statistical Applications in Genetics and Molecular Biology 9 (2010).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.evaluation.significance.intervals import Floats

CHUNK_ELEMENTS = 200_000
"""Elements of one block of flips or of its statistics, which stay in the processor's cache: 1.6 MB each."""
TIE = 1e-12
"""Sums whose distance is at most this share of the largest possible sum count as equal: they differ by rounding."""


def corrected_p_values(differences: Floats, num_resamples: int, seed: int, values: Floats | None = None) -> Floats:
    """Two-sided p value of each pair, corrected for all pairs of its column.

    The probability that any pair of equal methods has p < 0.05 is at most 0.05, also where a pair is chosen afterwards.
    All differences of a cluster get the same sign. The statistic of a pair is its sum over the root of its sum of
    squares, a function of the paired t that does not depend on the scale. A pair is compared with the largest statistic
    of its own and all less distant pairs (step-down), and its p is not smaller than those of more distant pairs.

    Args:
        differences: (n, P, C), finite: the sum of the differences within a cluster, for each pair and column; 0 where
            it has none. A pair that is 0 throughout has p = 1 and does not affect the others.
        num_resamples: Number of random flips; where 2^n is not larger, every flip is used once and p is exact.
        seed: The same seed flips the same signs.
        values: (n, M, C), of M methods whose pairs these are, in the order of `np.triu_indices(M, 1)`. The sums of
            pairs are then computed from those of methods, which takes a fraction of the time for many methods; they
            are equal but for rounding.

    Returns:
        (P, C) in (0, 1]. With random flips, the observed signs count as one more flip, so that p is never 0.
    """
    number, *shape = differences.shape
    if 0 in shape:  # a single method has no pairs
        return np.empty(shape)
    scale = np.sqrt((differences**2).sum(axis=0))
    scaled = np.divide(differences, scale, out=np.zeros_like(differences), where=scale > 0)
    order = np.argsort(np.abs(scaled.sum(axis=0)), axis=0, kind="stable")
    scaled = np.take_along_axis(scaled, order[None], axis=1)
    total = scaled.sum(axis=0)
    limit = np.abs(total) - TIE * np.abs(scaled).sum(axis=0)
    sums_of = _sums_of_pairs(scaled) if values is None else _sums_from_methods(values, scale, order)
    extreme = np.zeros(shape)
    for flips in _flips(number, num_resamples, seed, max(number, total.size)):
        sums = sums_of(flips)
        np.abs(np.subtract(sums, total, out=sums), out=sums)
        extreme += (np.maximum.accumulate(sums, axis=1, out=sums) >= limit).sum(axis=0)
    p = extreme / 2.0**number if is_exact(number, num_resamples) else (extreme + 1) / (num_resamples + 1)
    result = np.empty(shape)
    np.put_along_axis(result, order, np.maximum.accumulate(p[::-1], axis=0)[::-1], axis=0)
    return result


def _sums_of_pairs(scaled: Floats) -> Callable[[Floats], Floats]:
    """Gives (rows, P, C): twice the sums over the flipped clusters."""
    number, *shape = scaled.shape
    doubled = 2 * scaled.reshape(number, -1)

    def sums_of(flips: Floats) -> Floats:
        sums: Floats = (flips @ doubled).reshape(len(flips), *shape)
        return sums

    return sums_of


def _sums_from_methods(values: Floats, scale: Floats, order: NDArray[np.intp]) -> Callable[[Floats], Floats]:
    """As `_sums_of_pairs`, for all pairs of methods, divided by `scale` (P, C) and in this order."""
    number, num_methods, num_columns = values.shape
    centered = values - values.mean(axis=1, keepdims=True)  # the differences stay, with smaller sums to round
    doubled = 2 * centered.reshape(number, -1)
    columns = np.arange(num_columns)
    first, second = ((own[order] * num_columns + columns).ravel() for own in np.triu_indices(num_methods, 1))
    weights = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    factors = np.take_along_axis(weights, order, axis=0).ravel()

    def sums_of(flips: Floats) -> Floats:
        own = flips @ doubled
        sums = np.take(own, first, axis=1)
        sums -= np.take(own, second, axis=1)
        sums *= factors
        shaped: Floats = sums.reshape(len(flips), *scale.shape)
        return shaped

    return sums_of


def is_exact(num_clusters: int, num_resamples: int) -> bool:
    """Whether the number of all sign flips is at most `num_resamples`."""
    return 1 << num_clusters <= num_resamples


def _flips(num_clusters: int, num_resamples: int, seed: int, width: int) -> Iterator[Floats]:
    """Blocks of (rows, n), 1 where a sign is flipped; rows * `width` is at most `CHUNK_ELEMENTS` for several."""
    exact = is_exact(num_clusters, num_resamples)
    count = 1 << num_clusters if exact else num_resamples
    rows = max(1, CHUNK_ELEMENTS // max(width, 1))
    rng = np.random.default_rng(seed)
    for start in range(0, count, rows):
        stop = min(start + rows, count)
        yield _every_flip(num_clusters, start, stop) if exact else _random_flips(rng, stop - start, num_clusters)


def _every_flip(num_clusters: int, start: int, stop: int) -> Floats:
    return (np.arange(start, stop)[:, None] >> np.arange(num_clusters) & 1).astype(np.float64)


def _random_flips(rng: np.random.Generator, rows: int, num_clusters: int) -> Floats:
    # whole words a row, so that the same bits are drawn whatever the number of rows
    bits = np.frombuffer(rng.bytes(rows * -(-num_clusters // 32) * 4), np.uint8).reshape(rows, -1)
    return np.unpackbits(bits, axis=1, count=num_clusters).astype(np.float64)
