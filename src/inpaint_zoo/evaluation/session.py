"""One evaluation from its settings to its records: what `evaluate`, `compare` and `verify` share."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import CONF_DIR
from inpaint_zoo.evaluation.cache import CachedRecord, EvaluationCache
from inpaint_zoo.evaluation.evaluation_set import EvaluationSet, evaluation_set
from inpaint_zoo.evaluation.evaluator import Evaluator
from inpaint_zoo.evaluation.method_sources import build_methods, check_sources, refuse_incomplete
from inpaint_zoo.evaluation.methods import Method
from inpaint_zoo.evaluation.protocols import Protocol
from inpaint_zoo.evaluation.result_images import KeptImages
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.evaluation.trained_images import num_among, records_of, trained_notes
from inpaint_zoo.files.hashing import code_hash, combined_hash, file_hash
from inpaint_zoo.metrics.lpips import LPIPSDistance, MetricUnavailableError, load_lpips
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.weights import refuse_missing_weights
from inpaint_zoo.models.weights import WeightsFile
from inpaint_zoo.runtime.device import choose_device
from inpaint_zoo.runtime.processes import Processes

CACHE_FOLDER = "evaluated"


@dataclass(frozen=True)
class Session:
    """Methods, evaluation set and metrics, ready for the evaluation."""

    settings: Settings
    evaluation: EvaluationSet
    methods: Mapping[str, Method]
    lpips: LPIPSDistance | None
    notes: Sequence[str]
    """Sentences that every table of the results must have."""
    num_trained_on: Mapping[str, int | None] = field(default_factory=dict)
    """By network: how many images of the evaluation were in its training; None where its file does not say."""

    @cached_property
    def fingerprints(self) -> Mapping[str, str]:
        """By method: hash of everything that its results depend on, except image and mask."""
        return {title: self._fingerprint(method) for title, method in self.methods.items()}

    def evaluate(
        self, folder: Path, processes: Processes, *, force: bool, kept: KeptImages | None = None
    ) -> list[CachedRecord]:
        """Evaluate what the cache in `folder` does not hold yet.

        Args:
            folder: Folder of the results.
            processes: Those that share the work.
            force: Evaluate everything again.
            kept: Gets every composite; None: they are not written.

        Raises:
            InputError: A file cannot be read or written; the records up to then stay in the cache.
        """
        fingerprints = self.fingerprints
        cache = EvaluationCache(folder / CACHE_FOLDER, processes.rank)
        if processes.is_first:
            if force:
                shutil.rmtree(cache.folder, ignore_errors=True)
            for title in cache.merge(fingerprints):
                line = f"{title}: evaluated again, because weights, protocol, LPIPS or code have changed"
                print(line, file=sys.stderr, flush=True)
        processes.wait()
        cache.load(fingerprints, self.evaluation.sample_keys)
        if kept is not None:
            cache.keep_only(kept.holds)
        return Evaluator(self.evaluation, self.lpips, cache, kept).run(self.methods, fingerprints, processes)

    def hashes(self) -> dict[str, str]:
        """Hashes of images, masks, protocol and code, and of each method, as `method NAME`."""
        samples = self.evaluation.manifest.samples
        return {
            "images": combined_hash({entry.name: entry.image for entry in samples}),
            "masks": combined_hash({entry.name: entry.mask for entry in samples}),
            "protocol": self.evaluation.protocol.fingerprint(),
            "code": code_hash(CONF_DIR),
            **{f"method {title}": combined_hash(method.identity()) for title, method in self.methods.items()},
        }

    def _fingerprint(self, method: Method) -> str:
        lpips = "no LPIPS" if self.lpips is None else _weights_identity(self.settings.lpips_weights)
        parts = {"protocol": self.evaluation.protocol.fingerprint(), "code": code_hash(CONF_DIR), "lpips": lpips}
        return combined_hash({**method.identity(), **parts})


def open_session(settings: Settings, read: Mapping[str, WeightsFile] | None = None) -> Session:
    """Build the methods, the evaluation set and the metrics that the settings describe.

    Args:
        settings: What is evaluated, and on what.
        read: Files of weights that have been read already, by the method's title.

    Raises:
        InputError: A setting cannot be used, or does not fit the others.
    """
    device, arithmetic = choose_device(settings.device), settings.arithmetic
    check_sources(settings.sources)
    if settings.lpips:
        refuse_missing_weights(settings.lpips_weights, "lpips_weights")
    protocol: Protocol = construct(settings.protocol)
    methods = build_methods(
        settings.sources, device, protocol, settings.weights, read, arithmetic=arithmetic, match=settings.match
    )
    records = records_of(methods)
    evaluation = evaluation_set(settings, [record for each in records.values() for record in each or ()])
    refuse_incomplete(methods, evaluation)
    lpips, notes = _lpips(settings, protocol, device)
    images = evaluation.dataset.images
    counts = {title: None if each is None else num_among(images, each) for title, each in records.items()}
    notes = [*protocol.notes, *notes, *trained_notes(counts, len(images))]
    return Session(settings, evaluation, methods, lpips, notes, counts)


def image_notes(records: Sequence[Record]) -> list[str]:
    """Name the methods whose outputs have other known pixels than the originals, or equal them inside the holes."""
    methods = dict.fromkeys(record.method for record in records)
    own = {title: [record for record in records if record.method == title] for title in methods}
    return [note for title in methods for note in (*_changed_note(title, own[title]), *_equal_note(title, own[title]))]


def _changed_note(title: str, records: Sequence[Record]) -> Iterator[str]:
    known = [record.metrics for record in records]
    changed = [metrics for metrics in known if metrics["known_ssim"] not in (1, None) or metrics["known_l1"]]
    if changed:
        errors = [metrics["known_l1"] for metrics in changed if metrics["known_l1"] is not None]
        by = f", by {sum(errors) / len(errors):.1%} on average" if errors else ""
        yield (
            f"{title} changed known pixels in {len(changed)} of {len(records)} images{by}; all metrics except those of "
            "known pixels are computed with the original known pixels. If the images were made for other holes, the "
            f"results of {title} are not valid."
        )


def _equal_note(title: str, records: Sequence[Record]) -> Iterator[str]:
    holed = [record for record in records if record.ratio > 0]
    equal = sum(record.metrics["hole_l1"] == 0 for record in holed)
    if equal:
        yield f"{title} equals the original inside the hole as well in {equal} of {len(holed)} images."


def _lpips(settings: Settings, protocol: Protocol, device: torch.device) -> tuple[LPIPSDistance | None, list[str]]:
    """Load LPIPS, or say in a sentence why it is missing."""
    network = protocol.metrics.lpips
    if network is None:
        return None, []
    if not settings.lpips:
        return None, ["LPIPS was switched off (lpips=false)."]
    try:
        return load_lpips(network, settings.lpips_weights, device), []
    except MetricUnavailableError as error:
        return None, [str(error)]


def _weights_identity(weights: str) -> str:
    return weights if weights == "imagenet" else file_hash(Path(weights).expanduser())
