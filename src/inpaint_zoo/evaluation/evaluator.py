"""Run every method on every image, in one pass over the data, and compute the metrics."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.cache import CachedRecord, EvaluationCache
from inpaint_zoo.evaluation.evaluation_set import EvaluationSet
from inpaint_zoo.evaluation.methods import Method, Sample
from inpaint_zoo.evaluation.result_images import KeptImages
from inpaint_zoo.images.arrays import DivergedError, FloatImageArray, ImageArray, to_float
from inpaint_zoo.metrics.lpips import LPIPSDistance
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import score
from inpaint_zoo.runtime.processes import Processes, gather
from inpaint_zoo.runtime.progress import tracked


class Evaluator:
    """Evaluates methods on an evaluation set.

    Args:
        evaluation: Images, masks and protocol.
        lpips: None where LPIPS is not available.
        cache: Holds the records of earlier runs, and gets the new ones.
        kept: Gets the composites; None: they are not written.
    """

    def __init__(
        self, evaluation: EvaluationSet, lpips: LPIPSDistance | None, cache: EvaluationCache, kept: KeptImages | None
    ) -> None:
        self.evaluation = evaluation
        self.lpips = lpips
        self.cache = cache
        self.kept = kept

    def run(
        self, methods: Mapping[str, Method], fingerprints: Mapping[str, str], processes: Processes
    ) -> list[CachedRecord]:
        """Evaluate what is not in the cache yet; the images are divided among the processes.

        Args:
            methods: By title.
            fingerprints: By title: hash of everything that the results of the method depend on.
            processes: Those that share the work; each of them gets all records.

        Returns:
            The records in the order of the images, and for each image in the order of the methods.

        Raises:
            InputError: A network has diverged; the records of the other methods are complete then, and in the cache.
        """
        names = self.evaluation.dataset.names
        own = range(processes.rank, len(names), processes.size)
        todo = {index: [title for title in methods if (title, names[index]) not in self.cache.records] for index in own}
        wanted = [index for index, titles in todo.items() if titles]
        images = zip(wanted, self.evaluation.load(wanted), strict=True)
        diverged: dict[str, DivergedError] = {}
        for index, sample in tracked(images, len(wanted), "images"):
            for title in todo[index]:
                try:
                    if title not in diverged:
                        self.cache.add(self._evaluate(title, methods[title], sample), fingerprints[title])
                except DivergedError as error:
                    diverged[title] = error
        _refuse_diverged(gather([f"{title}: {error}" for title, error in diverged.items()]), len(methods))
        records = [self._binned(self.cache.records[title, names[index]]) for index in own for title in methods]
        gathered = {(each.record.name, each.record.method): each for each in gather(records)}
        return [gathered[name, title] for name in names for title in methods]

    def _binned(self, cached: CachedRecord) -> CachedRecord:
        holds_lower = self.evaluation.protocol.bins_hold_lower
        return cached._replace(record=replace(cached.record, holds_lower=holds_lower))

    def _evaluate(self, title: str, method: Method, sample: Sample) -> CachedRecord:
        protocol = self.evaluation.protocol
        started = time.perf_counter()
        output = method(sample)
        seconds = time.perf_counter() - started
        if sample.original is not None:
            output = with_original(sample, output)
        scored = score(sample.target, output, sample.hole, protocol.metrics, self.lpips)
        if self.kept is not None:
            composite = np.where(sample.hole[..., None], to_float(output), to_float(sample.target))
            self.kept.write(sample, title, protocol.to_image(composite))
        record = Record.from_score(title, sample.name, sample.photograph, scored)
        return CachedRecord(record, seconds, self.evaluation.sample_keys[sample.name])


def with_original(sample: Sample, output: ImageArray | FloatImageArray) -> FloatImageArray:
    """The output (H, W, 3), with the original where a known pixel is left as the method was shown it."""
    floats = to_float(output)
    left = ~sample.hole & (floats == to_float(sample.image)).all(axis=2)
    return np.where(left[..., None], to_float(sample.target), floats)


def _refuse_diverged(found: list[str], num_methods: int) -> None:
    """Name the first method that has diverged, with its image, and where the results of the others are."""
    if found:
        kept = " (the results of the other methods are kept: leave this one out to see them)" if num_methods > 1 else ""
        raise InputError(f"{found[0]}{kept}")
