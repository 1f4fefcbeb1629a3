"""Compute the results of an evaluation again, and compare everything that its files say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from inpaint_zoo.config.compose import CONF_DIR
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.code_parts import TOUCHES, code_parts
from inpaint_zoo.evaluation.manifest import read_manifest
from inpaint_zoo.evaluation.report import ProtocolCard, Report
from inpaint_zoo.evaluation.result_images import IMAGES
from inpaint_zoo.evaluation.results_file import Results, labels
from inpaint_zoo.evaluation.session import Session
from inpaint_zoo.evaluation.set_scores import evaluated_set_scores
from inpaint_zoo.evaluation.significance import Estimates, estimates_of
from inpaint_zoo.evaluation.verification.estimates import agreed_estimates, different_estimates
from inpaint_zoo.evaluation.verification.findings import Findings
from inpaint_zoo.evaluation.verification.numbers import agreed_records, different_numbers, is_equal, numbers_of
from inpaint_zoo.evaluation.verification.outputs import FREE_FORM, GRID, PAGE, RENDERED, different_files
from inpaint_zoo.evaluation.verification.pictures import CheckedImages
from inpaint_zoo.evaluation.verification.samples import changed_mask_files, changed_names, different_samples
from inpaint_zoo.files.name_matching import few
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.runtime.processes import Processes

MANIFEST = "manifest.json"
_OLD = "the file is of an older version, which did not write them"


@dataclass
class Verification:
    """One verification.

    Args:
        stored: What a `results.json` says.
        folder: Where it lies, perhaps with the other files of the evaluation.
        session: Made from its settings.
        tolerance: Largest difference of a number that counts as equal.
        spare: An empty folder.
    """

    stored: Results
    folder: Path
    session: Session
    tolerance: float
    spare: Path
    found: Findings = field(default_factory=Findings)

    def run(self) -> Findings:
        """Compare everything that can be compared.

        Raises:
            InputError: An image, a mask or a method cannot be read.
        """
        self._compare_inputs()
        self._compare_code()
        kept = self._kept()
        evaluated = self.session.evaluate(self.spare, Processes(0, 1), force=False, kept=kept)
        records = self._compare_records([each.record for each in evaluated])
        estimates = self._compare_estimates(records)
        self.found.different += kept.different if kept and self._has_images else []
        set_scores = self._compare_set_scores(kept)
        self._compare_files(records, estimates, set_scores, kept)
        return self.found

    @property
    def _has_images(self) -> bool:
        return (self.folder / IMAGES).is_dir()

    def _kept(self) -> CheckedImages | None:
        """What compares images; None where nothing needs them."""
        if not self._has_images and (self.stored.files is None or MANIFEST in self.stored.files):
            self.found.not_covered.append(f"{IMAGES}: not beside the file")
        drawn = any((self.folder / name).is_file() for name in (PAGE, GRID))
        needed = self._has_images or self.stored.set_scores or drawn
        return CheckedImages(self.folder / IMAGES, self.spare / IMAGES) if needed else None

    def _compare_inputs(self) -> None:
        stored, entries = self.stored, self.session.evaluation.manifest.samples
        hashes, found = stored.hashes, self.session.hashes()
        samples = stored.samples
        if samples is None:
            self.found.not_covered.append(f"which image or mask has changed: {_OLD}")
        changed = sorted(name for name in hashes.keys() | found.keys() if hashes.get(name) != found.get(name))
        for name in changed:
            key = {"images": "image", "masks": "mask"}.get(name)
            names = changed_names(samples, entries, key) if key and samples is not None else []
            line = f"{name}: another hash{f': {few(names)}' if names else ''}"
            # other code is an error only if it gives other numbers
            (self.found.notices if name == "code" else self.found.hashes).append(line)
        if samples is not None:
            known = {"samples, image": "images", "samples, mask": "masks"}
            lines = different_samples(samples, entries)
            self.found.different += [line for line in lines if known.get(line.partition(":")[0]) not in changed]
            moved = changed_mask_files(samples, entries)
            self.found.notices += [f"mask files: other bytes, the same masks as used: {few(moved)}"] if moved else []
        renamed = (name for name in stored.labels if stored.labels[name] != labels(self.session)[name])
        self.found.different += [f"{name}: not what was evaluated" for name in sorted(renamed)]

    @cached_property
    def _other_code(self) -> list[str]:
        """The parts of the code that are not those of the file."""
        here, there = code_parts(CONF_DIR), self.stored.code or {}
        return [part for part, digest in here.items() if there.get(part) != digest]

    def _compare_code(self) -> None:
        if self.stored.code is None:
            self.found.not_covered.append(f"which part of the code differs: {_OLD}")
            return
        self.found.notices += [
            f"code, {part}: another hash, it could touch {TOUCHES[part]}" for part in self._other_code
        ]

    def _compare_records(self, records: Sequence[Record]) -> list[Record]:
        self.found.num_records = len(records)
        stored, found = self.stored, {(record.method, record.name): numbers_of(record) for record in records}
        self.found.different += different_numbers(stored.numbers, found, self.tolerance)
        photographs = {record.name: record.photograph for record in records}
        theirs = stored.photographs or {}
        wrong = [name for name in theirs if name in photographs and theirs[name] != photographs[name]]
        self.found.different += [f"photographs of records: {few(wrong)}: not what was evaluated"] if wrong else []
        order = {place: number for number, place in enumerate(stored.numbers)}
        agreed = agreed_records(stored.numbers, records, self.tolerance)
        return sorted(agreed, key=lambda record: order.get((record.method, record.name), len(order)))

    def _compare_estimates(self, records: Sequence[Record]) -> Estimates:
        stored, expected = self.stored.estimates, estimates_of(records)
        if stored is None:
            self.found.not_covered.append(f"estimates: {_OLD}")
            return expected
        self.found.different += different_estimates(stored, expected)
        return agreed_estimates(stored, expected)

    def _compare_set_scores(self, kept: CheckedImages | None) -> Mapping[str, Mapping[str, float | None]]:
        stored = self.stored.set_scores
        wanted = self.session.evaluation.protocol.metrics.sets
        if stored is None and wanted:
            self.found.not_covered.append(f"FID, U-IDS and P-IDS: {_OLD}")
        if not stored or kept is None:
            return {}
        found, notes = evaluated_set_scores(self.session, kept)
        if not found and wanted:
            self.found.not_covered.append(f"FID, U-IDS and P-IDS: {' '.join(notes)}")
            return stored
        for title, key in sorted(
            {(one, key) for own in (stored, found) for one, scores in own.items() for key in scores}
        ):
            theirs, ours = stored.get(title, {}).get(key), found.get(title, {}).get(key)
            if not is_equal(theirs, ours, self.tolerance):
                self.found.different.append(f"set_scores, {title}: {key} is {ours}, the file says {theirs}")
        return {**found, **{title: own for title, own in stored.items() if own == found.get(title)}}

    def _compare_files(
        self,
        records: Sequence[Record],
        estimates: Estimates,
        set_scores: Mapping[str, Any],
        kept: CheckedImages | None,
    ) -> None:
        report, names = self.stored.report, self.stored.files
        if report is None or names is None:
            self.found.not_covered.append(f"tables and other files beside it: {_OLD}")
            return
        there = [name for name in RENDERED if name in names and (self.folder / name).is_file()]
        missing = [name for name in (*RENDERED, MANIFEST) if name in names and not (self.folder / name).is_file()]
        if missing:
            self.found.not_covered.append(f"{', '.join(missing)}: not beside the file")
        self.found.not_covered += ["costs: they are measured, and differ every time"] if self.stored.costs else []
        protocol, evaluation = self.session.evaluation.protocol, self.session.evaluation
        made = Report(
            **report.model_dump(),
            records=records,
            cases=[kept.case(name, list(self.session.methods)) for name in evaluation.dataset.names] if kept else [],
            protocol=ProtocolCard(protocol.name, protocol.describe(), protocol.leaks),
            costs=self.stored.costs,
            set_scores=set_scores,
            hashes=self.stored.hashes,
            estimates=estimates,
        )
        self._name_files(different_files(made, self.folder, there, self.spare / "files"))
        if MANIFEST in names and MANIFEST not in missing:
            self.found.different += self._different_manifest()

    def _name_files(self, lines: Iterator[Any]) -> None:
        report = self.stored.report
        assert report is not None
        others = [part for part in ("tables", "protocols", "evaluation") if part in self._other_code]
        pillow = report.versions.get("pillow", version("pillow"))
        reasons = [*others, *(["Pillow"] if pillow != version("pillow") else [])]
        for line in lines:
            if line.name in FREE_FORM and reasons:
                self.found.not_covered.append(f"{line.name}: made by other code ({', '.join(reasons)})")
            else:
                self.found.different.append(f"{line.name}: {line.reason}")

    def _different_manifest(self) -> list[str]:
        try:
            stored = read_manifest(self.folder / MANIFEST)
        except InputError as error:
            return [f"{MANIFEST}: {error}"]
        ours = self.session.evaluation.manifest
        groups = [name for name in ("protocol", "mask_rule") if getattr(stored, name) != getattr(ours, name)]
        lines = [*groups, *different_samples(stored.samples, ours.samples)]
        return [f"{MANIFEST}: {line}: not what was evaluated" for line in lines]
