"""Means and differences to the best method, with confidence intervals and p values, for every bin and metric."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.evaluation.significance.bootstrap import Floats, bootstrap_intervals
from inpaint_zoo.evaluation.significance.permutation import permutation_p_values
from inpaint_zoo.metrics.bins import EVERY_BIN
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import METRICS, lower_is_better

SIGNIFICANCE = 0.05
"""p values below this are significant."""
NUM_RESAMPLES = 10_000


class Interval(NamedTuple):
    """A confidence interval of 95 % (percentiles of the bootstrap)."""

    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """The difference between a method and the best one, in one bin and metric."""

    to: str
    """The best method."""
    value: float
    """Mean of (method's value - best method's value) over the images for which both have a value."""
    interval: Interval | None
    """None where these are images of a single photograph."""
    p: float
    """p value of the paired permutation test of this pair, not corrected for the number of pairs."""
    significant: bool
    """Whether p < `SIGNIFICANCE` and the interval does not contain 0."""


@dataclass(frozen=True)
class Estimate:
    """A mean with its confidence interval and its difference to the best method."""

    mean: float
    """Mean over the images that have a value."""
    interval: Interval | None
    """None where these are images of a single photograph, or where a value is infinite."""
    difference: Difference | None
    """None for the best method, for a single method, without common images, and where a value is infinite."""
    is_best: bool
    """Whether the differences of the others are to this method; of equal means, the first by name. Never for a single
    method."""


Estimates = Mapping[tuple[str, str, str], Estimate]
"""By (bin, method, key of the metric); without an entry where a mean is not defined."""


def estimates_of(
    records: Iterable[Record], *, num_resamples: int = NUM_RESAMPLES, seed: int = 0
) -> dict[tuple[str, str, str], Estimate]:
    """Bootstrap and test every mean of `summarise`.

    The unit of resampling is the photograph (`Record.photograph`), because images of one photograph are not
    independent. The photographs of a bin are drawn with replacement, the same ones for every method and metric. The
    best method is chosen on the same images, and the p values are not corrected for the number of pairs.

    Args:
        records: In any order; methods may lack images.
        num_resamples: Resamples of the bootstrap, and random sign flips of the permutation test.
        seed: The same records and seed give the same numbers.
    """
    table = _Table.of(records)
    return {
        (bin_name, method, key): estimate
        for bin_name in EVERY_BIN
        if table.members[bin_name]
        for (method, key), estimate in _estimates_in_bin(table, bin_name, num_resamples, seed)
    }


class _Table(NamedTuple):
    """Records as an array; names are sorted, so that the order of the records does not matter."""

    methods: Sequence[str]
    values: Floats
    """(S, M, K): images, methods, metrics; NaN where a value is None."""
    photographs: NDArray[np.intp]
    """(S,), number of the photograph of each image, in ascending order."""
    members: Mapping[str, list[int]]
    """Numbers of the images of each bin."""

    @classmethod
    def of(cls, records: Iterable[Record]) -> _Table:
        records = list(records)
        methods = sorted({record.method for record in records})
        samples = sorted({(record.photograph, record.name) for record in records})
        images = sorted({image for image, _ in samples})
        row = {sample: number for number, sample in enumerate(samples)}
        column = {method: number for number, method in enumerate(methods)}
        values = np.full((len(samples), len(methods), len(METRICS)), np.nan)
        members: dict[str, set[int]] = {name: set() for name in EVERY_BIN}
        for record in records:
            number = row[record.photograph, record.name]
            values[number, column[record.method]] = [
                math.nan if (value := record.metrics[key]) is None else value for key in METRICS
            ]
            for name in record.bins:
                members[name].add(number)
        rank = {image: number for number, image in enumerate(images)}
        photographs = np.array([rank[image] for image, _ in samples], np.intp)
        return cls(methods, values, photographs, {name: sorted(own) for name, own in members.items()})


def _estimates_in_bin(
    table: _Table, bin_name: str, num_resamples: int, seed: int
) -> Iterator[tuple[tuple[str, str], Estimate]]:
    members = table.members[bin_name]
    values = table.values[members]
    # images of one photograph are neighbours: the first one of each photograph
    starts = np.flatnonzero(np.diff(table.photographs[members], prepend=-1))
    own = _Columns.of(values, starts)
    best = _best(own.means)
    with np.errstate(invalid="ignore"):  # inf - inf, in columns without a difference
        differences = _Columns.of(values - np.take_along_axis(values, best[None, None, :], axis=1), starts)
    # one call, so that means and differences use the same draws
    sums, sizes = (
        np.concatenate(parts, axis=1) for parts in ((own.sums, differences.sums), (own.sizes, differences.sizes))
    )
    intervals = bootstrap_intervals(sums, sizes, num_resamples, seed).reshape(2, *own.means.shape, 2)
    p_values = permutation_p_values(differences.sums, num_resamples, seed).reshape(own.means.shape)
    intervals[0, np.isinf(own.means)] = np.nan
    comparable = _comparable(own.means, best) & ~np.isnan(differences.means)
    alone = (~np.isnan(own.means)).sum(axis=0) < 2
    for m, k in zip(*np.nonzero(~np.isnan(own.means)), strict=True):
        difference = None
        if comparable[m, k]:
            to, value = table.methods[best[k]], float(differences.means[m, k])
            difference = _difference(to, value, _interval(intervals[1, m, k]), float(p_values[m, k]))
        estimate = Estimate(
            mean=float(own.means[m, k]),
            interval=_interval(intervals[0, m, k]),
            difference=difference,
            is_best=bool(m == best[k] and not alone[k]),
        )
        yield (table.methods[m], METRICS[k]), estimate


class _Columns(NamedTuple):
    """Sums over the images of each photograph; one column per method and metric."""

    sums: Floats
    """(n, M·K); zeros in columns with an infinite value."""
    sizes: Floats
    """(n, M·K): number of images with a value."""
    means: Floats
    """(M, K), NaN where no image has a value, inf where a value is infinite."""

    @classmethod
    def of(cls, values: Floats, starts: NDArray[np.intp]) -> _Columns:
        known, infinite = ~np.isnan(values), np.isinf(values).any(axis=0)
        sums = np.add.reduceat(np.where(known & ~infinite, values, 0), starts, axis=0)
        sizes = np.add.reduceat(known.astype(np.float64), starts, axis=0)
        size = sizes.sum(axis=0)
        means = np.divide(sums.sum(axis=0), size, out=np.full(size.shape, np.nan), where=size > 0)
        means[infinite] = np.inf
        return cls(sums.reshape(len(starts), -1), sizes.reshape(len(starts), -1), means)


def _best(means: Floats) -> NDArray[np.intp]:
    """(K,): number of the best method of each metric, the first of equal ones; 0 where no method has a mean."""
    signs = np.array([-1.0 if lower_is_better(key) else 1.0 for key in METRICS])
    best: NDArray[np.intp] = np.where(np.isnan(means), -np.inf, means * signs).argmax(axis=0)
    return best


def _comparable(means: Floats, best: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(M, K): whether a method is not the best one, and both have finite means."""
    finite = np.isfinite(means)
    others = np.arange(len(means))[:, None] != best
    both: NDArray[np.bool_] = others & finite & np.take_along_axis(finite, best[None, :], axis=0)
    return both


def _interval(limits: Floats) -> Interval | None:
    return None if np.isnan(limits).any() else Interval(float(limits[0]), float(limits[1]))


def _difference(to: str, value: float, interval: Interval | None, p: float) -> Difference:
    significant = interval is not None and p < SIGNIFICANCE and not interval.low <= 0 <= interval.high
    return Difference(to, value, interval, p, significant)
