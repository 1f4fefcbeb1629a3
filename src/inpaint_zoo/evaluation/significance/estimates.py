"""Means and differences to the best method, with confidence intervals and p values, for every bin and metric."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from inpaint_zoo.evaluation.significance.columns import Columns, Values
from inpaint_zoo.evaluation.significance.intervals import Floats
from inpaint_zoo.evaluation.significance.pairs import Pairs
from inpaint_zoo.metrics.bins import EVERY_BIN
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import METRICS, lower_is_better

NUM_RESAMPLES = 10_000


class Interval(NamedTuple):
    """A confidence interval of 95 %, around the mean."""

    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """The difference between a method and the best one, in one bin and metric.

    With fewer than `FEWEST` photographs, `interval`, `p` and `significant` are None.
    """

    to: str
    """The best method."""
    value: float
    """Mean of (method's value - best method's value) over the images for which both have a value."""
    interval: Interval | None
    """Of this difference alone."""
    p: float | None
    """p value of the paired permutation test, corrected for all pairs of methods of the bin and metric."""
    significant: bool | None
    """Whether p < `SIGNIFICANCE` and the interval does not contain 0."""


@dataclass(frozen=True)
class Estimate:
    """A mean with its confidence interval and its difference to the best method."""

    mean: float
    """Mean over the images that have a value."""
    interval: Interval | None
    """None where these are images of fewer than `FEWEST` photographs, or where a value is infinite."""
    difference: Difference | None
    """None for the best method, for a single method, without common images, and where a value is infinite."""
    is_best: bool
    """Whether the differences of the others are to this method; of equal means, the first by name. Never for a single
    method."""
    letters: str = ""
    """Methods of a bin and metric have a letter in common where they are not significantly different. Empty where no
    pair with this method was tested."""


Estimates = Mapping[tuple[str, str, str], Estimate]
"""By (bin, method, key of the metric); without an entry where a mean is not defined."""


def estimates_of(
    records: Iterable[Record],
    *,
    num_resamples: int = NUM_RESAMPLES,
    seed: int = 0,
    bins: Sequence[str] = EVERY_BIN,
    metrics: Sequence[str] = METRICS,
) -> dict[tuple[str, str, str], Estimate]:
    """An interval and a test for every mean of `summarise`.

    The unit is the photograph (`Record.photograph`), because images of one photograph are not independent. All pairs of
    methods are tested together, with the same flips for every pair and metric, so that it does not matter that the best
    method is chosen on the same images.

    Args:
        records: In any order; methods may lack images.
        num_resamples: Random sign flips of the permutation test.
        seed: The same records and seed give the same numbers.
        bins: Those that are computed.
        metrics: Those that are computed; each has the numbers that it has beside others.
    """
    table = Values.of(records, metrics)
    return {
        (bin_name, table.methods[m], metrics[k]): estimate
        for bin_name in bins
        if table.members[bin_name]
        for (m, k), estimate in _estimates_in_bin(table, bin_name, metrics, (num_resamples, seed))
    }


def _estimates_in_bin(
    table: Values, bin_name: str, metrics: Sequence[str], drawn: tuple[int, int]
) -> Iterator[tuple[tuple[int, int], Estimate]]:
    """The estimates by the numbers of method and metric; `drawn`: the number of flips, and their seed."""
    members = table.members[bin_name]
    values = table.values[members]
    # images of one photograph are neighbours: the first one of each photograph
    starts = np.flatnonzero(np.diff(table.photographs[members], prepend=-1))
    own = Columns.of(values, starts)
    intervals = own.intervals()
    pairs = Pairs.of(values, starts, *drawn)
    for k, metric in enumerate(metrics):
        ranked = _ranked(own.means[:, k], metric)
        named = pairs.letters(k, ranked)
        for m in ranked:
            estimate = Estimate(
                mean=float(own.means[m, k]),
                interval=_interval(intervals[m, k]),
                difference=_difference(table.methods[ranked[0]], pairs, (m, ranked[0], k)),
                is_best=m == ranked[0] and len(ranked) > 1,
                letters=named.get(m, ""),
            )
            yield (m, k), estimate


def _ranked(means: Floats, metric: str) -> list[int]:
    """Numbers of the methods that have a mean, the best first; of equal ones, the first by name."""
    costs = means if lower_is_better(metric) else -means
    return [int(number) for number in np.argsort(costs, kind="stable") if not np.isnan(means[number])]


def _difference(to: str, pairs: Pairs, place: tuple[int, int, int]) -> Difference | None:
    """The difference at a place of `pairs`, those of the method, the best one and the metric."""
    value, p = float(pairs.means[place]), float(pairs.p[place])
    if np.isnan(value):
        return None
    if np.isnan(p):
        return Difference(to, value, None, None, None)
    return Difference(to, value, _interval(pairs.intervals[place]), p, bool(pairs.told_apart[place]))


def _interval(limits: Floats) -> Interval | None:
    return None if np.isnan(limits).any() else Interval(float(limits[0]), float(limits[1]))
