"""Let every method fill every picture, in one pass over the data, and score what they made."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np

from inpaint_zoo.evaluation.cache import Judgement, Ledger
from inpaint_zoo.evaluation.evaluation_set import EvaluationSet
from inpaint_zoo.evaluation.methods import Method, Sample
from inpaint_zoo.evaluation.result_images import KeptPictures
from inpaint_zoo.images.arrays import to_float
from inpaint_zoo.metrics.lpips import LPIPSDistance
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import score
from inpaint_zoo.runtime.processes import Processes, gather
from inpaint_zoo.runtime.progress import tracked


class Judge:
    """Scores methods on an evaluation set.

    Args:
        evaluation: Pictures, holes and protocol.
        lpips: None where LPIPS is not available.
        ledger: What was judged before, and where judgements are kept.
        kept: Gets the composites; None keeps none.
    """

    def __init__(
        self, evaluation: EvaluationSet, lpips: LPIPSDistance | None, ledger: Ledger, kept: KeptPictures | None
    ) -> None:
        self.evaluation = evaluation
        self.lpips = lpips
        self.ledger = ledger
        self.kept = kept

    def run(
        self, methods: Mapping[str, Method], fingerprints: Mapping[str, str], processes: Processes
    ) -> list[Judgement]:
        """Judge what is not judged yet; pictures are shared out among the processes.

        Args:
            methods: By title.
            fingerprints: What the results of each method depend on.
            processes: All of them get all judgements.

        Returns:
            Picture by picture in the order of the set, for each the methods in their order.
        """
        names = self.evaluation.dataset.names
        own = range(processes.rank, len(names), processes.size)
        todo = {index: [title for title in methods if (title, names[index]) not in self.ledger.judged] for index in own}
        wanted = [index for index, titles in todo.items() if titles]
        pictures = zip(wanted, self.evaluation.load(wanted), strict=True)
        for index, sample in tracked(pictures, len(wanted), "pictures"):
            for title in todo[index]:
                self.ledger.add(self._judge(title, methods[title], sample), fingerprints[title])
        judged = [self.ledger.judged[title, names[index]] for index in own for title in methods]
        gathered = {(each.record.name, each.record.method): each for each in gather(judged)}
        return [gathered[name, title] for name in names for title in methods]

    def _judge(self, title: str, method: Method, sample: Sample) -> Judgement:
        protocol = self.evaluation.protocol
        started = time.perf_counter()
        output = method(sample)
        seconds = time.perf_counter() - started
        scored = score(sample.image, output, sample.hole, protocol.metrics, self.lpips)
        if self.kept is not None:
            composite = np.where(sample.hole[..., None], to_float(output), to_float(sample.image))
            self.kept.write(sample, title, protocol.to_picture(composite))
        record = Record.from_score(title, sample.name, sample.picture, scored)
        return Judgement(record, seconds, self.evaluation.sample_keys[sample.name])
