"""Let every method fill every image, in one pass over the data, and score what they made."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np

from inpaint_zoo.evaluation.cache import CachedRecord, Ledger
from inpaint_zoo.evaluation.evaluation_set import EvaluationSet
from inpaint_zoo.evaluation.methods import Method, Sample
from inpaint_zoo.evaluation.result_images import KeptImages
from inpaint_zoo.images.arrays import to_float
from inpaint_zoo.metrics.lpips import LPIPSDistance
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import score
from inpaint_zoo.runtime.processes import Processes, gather
from inpaint_zoo.runtime.progress import tracked


class Evaluator:
    """Scores methods on an evaluation set.

    Args:
        evaluation: Images, holes and protocol.
        lpips: None where LPIPS is not available.
        cache: What was evaluated before, and where cached_records are kept.
        kept: Gets the composites; None keeps none.
    """

    def __init__(
        self, evaluation: EvaluationSet, lpips: LPIPSDistance | None, cache: Ledger, kept: KeptImages | None
    ) -> None:
        self.evaluation = evaluation
        self.lpips = lpips
        self.cache = cache
        self.kept = kept

    def run(
        self, methods: Mapping[str, Method], fingerprints: Mapping[str, str], processes: Processes
    ) -> list[CachedRecord]:
        """Evaluator what is not evaluated yet; images are shared out among the processes.

        Args:
            methods: By title.
            fingerprints: What the results of each method depend on.
            processes: All of them get all cached_records.

        Returns:
            ImageArray by image in the order of the set, for each the methods in their order.
        """
        names = self.evaluation.dataset.names
        own = range(processes.rank, len(names), processes.size)
        todo = {
            index: [title for title in methods if (title, names[index]) not in self.cache.evaluated] for index in own
        }
        wanted = [index for index, titles in todo.items() if titles]
        images = zip(wanted, self.evaluation.load(wanted), strict=True)
        for index, sample in tracked(images, len(wanted), "images"):
            for title in todo[index]:
                self.cache.add(self._judge(title, methods[title], sample), fingerprints[title])
        evaluated = [self.cache.evaluated[title, names[index]] for index in own for title in methods]
        gathered = {(each.record.name, each.record.method): each for each in gather(evaluated)}
        return [gathered[name, title] for name in names for title in methods]

    def _judge(self, title: str, method: Method, sample: Sample) -> CachedRecord:
        protocol = self.evaluation.protocol
        started = time.perf_counter()
        output = method(sample)
        seconds = time.perf_counter() - started
        scored = score(sample.image, output, sample.hole, protocol.metrics, self.lpips)
        if self.kept is not None:
            composite = np.where(sample.hole[..., None], to_float(output), to_float(sample.image))
            self.kept.write(sample, title, protocol.to_image(composite))
        record = Record.from_score(title, sample.name, sample.photograph, scored)
        return CachedRecord(record, seconds, self.evaluation.sample_keys[sample.name])
