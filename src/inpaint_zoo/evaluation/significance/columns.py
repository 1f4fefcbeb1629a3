"""Records as arrays: values by image, method and metric, and their sums by photograph."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.evaluation.significance.intervals import Floats, confidence_intervals
from inpaint_zoo.metrics.bins import EVERY_BIN
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import METRICS


class Values(NamedTuple):
    """Records as an array; names are sorted, so that the order of the records does not matter."""

    methods: Sequence[str]
    values: Floats
    """(S, M, K): images, methods, metrics; NaN where a value is None."""
    photographs: NDArray[np.intp]
    """(S,), number of the photograph of each image, in ascending order."""
    members: Mapping[str, list[int]]
    """Numbers of the images of each bin."""

    @classmethod
    def of(cls, records: Iterable[Record], metrics: Sequence[str] = METRICS) -> Values:
        """Sort records, and take these metrics of them; methods may lack images."""
        records = list(records)
        methods = sorted({record.method for record in records})
        samples = sorted({(record.photograph, record.name) for record in records})
        images = sorted({image for image, _ in samples})
        row = {sample: number for number, sample in enumerate(samples)}
        column = {method: number for number, method in enumerate(methods)}
        values = np.full((len(samples), len(methods), len(metrics)), np.nan)
        members: dict[str, set[int]] = {name: set() for name in EVERY_BIN}
        for record in records:
            number = row[record.photograph, record.name]
            values[number, column[record.method]] = [
                math.nan if (value := record.metrics[key]) is None else value for key in metrics
            ]
            for name in record.bins:
                members[name].add(number)
        rank = {image: number for number, image in enumerate(images)}
        photographs = np.array([rank[image] for image, _ in samples], np.intp)
        return cls(methods, values, photographs, {name: sorted(own) for name, own in members.items()})


class Columns(NamedTuple):
    """Sums over the images of each photograph; M methods, or pairs of methods, and K metrics."""

    sums: Floats
    """(n, M, K); zeros in columns with an infinite value."""
    sizes: Floats
    """(n, M, K): number of images with a value."""
    means: Floats
    """(M, K), NaN where no image has a value, inf where a value is infinite."""

    @classmethod
    def of(cls, values: Floats, starts: NDArray[np.intp]) -> Columns:
        """Add up values (S, M, K), NaN where one is missing; `starts` (n,) are the first images of the photographs."""
        known, infinite = ~np.isnan(values), np.isinf(values).any(axis=0)
        sums = np.add.reduceat(np.where(known & ~infinite, values, 0), starts, axis=0)
        sizes = np.add.reduceat(known.astype(np.float64), starts, axis=0)
        size = sizes.sum(axis=0)
        means = np.divide(sums.sum(axis=0), size, out=np.full(size.shape, np.nan), where=size > 0)
        means[infinite] = np.inf
        return cls(sums, sizes, means)

    @classmethod
    def joined(cls, parts: Sequence[Columns]) -> Columns:
        """Parts side by side."""
        sums, sizes = (np.concatenate(own, axis=1) for own in zip(*((p.sums, p.sizes) for p in parts), strict=True))
        return cls(sums, sizes, np.concatenate([part.means for part in parts]))

    def intervals(self) -> Floats:
        """(M, K, 2), NaN where there is none."""
        flat = (len(self.sums), self.means.size)
        limits = confidence_intervals(self.sums.reshape(flat), self.sizes.reshape(flat)).reshape(*self.means.shape, 2)
        limits[np.isinf(self.means)] = np.nan
        return limits
