"""Means of a variant over seeds and photographs, with intervals over both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.evaluation.significance import CONFIDENCE, FEWEST, Interval
from inpaint_zoo.metrics.records import Record

NUM_RESAMPLES = 2000

Floats = NDArray[np.float64]


class Mean(NamedTuple):
    """A mean with its interval of 95 %."""

    value: float
    interval: Interval | None
    """None with fewer than `FEWEST` photographs."""


class Scores(NamedTuple):
    """The values of one metric in one bin, paired over variants."""

    values: Mapping[str, Floats]
    """By variant, (seeds, images); NaN where a value is missing."""
    photographs: NDArray[np.intp]
    """(images,), the number of the photograph of each image."""

    def mean(self, variant: str) -> Mean | None:
        """The mean of a variant; None without values."""
        return self._estimate(self.values[variant])

    def difference(self, variant: str, reference: str) -> Mean | None:
        """The mean difference of two variants, image by image and seed by seed."""
        return self._estimate(self.values[variant] - self.values[reference])

    def _estimate(self, values: Floats) -> Mean | None:
        """The mean, and percentiles of a bootstrap that draws photographs and seeds, each with replacement."""
        known = np.isfinite(values)
        if not known.any():
            return None
        mean = float(values[known].mean())
        if len(np.unique(self.photographs[known.any(axis=0)])) < FEWEST:
            return Mean(mean, None)
        shape = (int(self.photographs.max()) + 1, len(values))
        sums, counts = np.zeros(shape), np.zeros(shape)
        np.add.at(sums, self.photographs, np.where(known, values, 0).T)
        np.add.at(counts, self.photographs, known.T.astype(float))
        rng = np.random.default_rng(0)
        photographs, seeds = (rng.multinomial(size, [1 / size] * size, NUM_RESAMPLES).astype(float) for size in shape)
        totals, sizes = (np.einsum("rp,ps,rs->r", photographs, each, seeds) for each in (sums, counts))
        means = totals[sizes > 0] / sizes[sizes > 0]
        low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
        return Mean(mean, Interval(float(low), float(high)))


def scores_of(
    records: Sequence[Record], methods: Mapping[str, Sequence[str]], metric: str, bin_name: str
) -> Scores | None:
    """The values of a metric in a bin.

    Args:
        records: Of a comparison.
        methods: The methods of each variant, one a seed.
        metric: A key of records.
        bin_name: A name of `EVERY_BIN`.

    Returns:
        None if the bin has no image.
    """
    members = [record for record in records if bin_name in record.bins]
    places = {name: place for place, name in enumerate(dict.fromkeys(record.name for record in members))}
    if not places:
        return None
    photographs = {record.name: record.photograph for record in members}
    numbers = {name: number for number, name in enumerate(dict.fromkeys(photographs.values()))}
    found = {(record.method, record.name): record.metrics.get(metric) for record in members}
    values = {
        variant: np.array([[found.get((method, name)) for name in places] for method in own], dtype=float)
        for variant, own in methods.items()
    }
    return Scores(values, np.array([numbers[photographs[name]] for name in places]))
