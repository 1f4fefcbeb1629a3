"""`results.json`: the results of an evaluation and everything that they depend on, so that they can be verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from inpaint_zoo.config.compose import CONF_DIR
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.code_parts import code_parts
from inpaint_zoo.evaluation.manifest import Entry
from inpaint_zoo.evaluation.output import Results as Written
from inpaint_zoo.evaluation.report import Cost, Report
from inpaint_zoo.evaluation.session import Session
from inpaint_zoo.evaluation.significance import Difference, Estimate, Estimates, Interval
from inpaint_zoo.files.json_file import read_json
from inpaint_zoo.files.json_values import Finite, JSONObject, Number, Share, plain_number, validated
from inpaint_zoo.files.samples_file import write_samples
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import METRICS, RATIO

MAX_BYTES = 500_000_000


def write_results_file(session: Session, report: Report, written: Written, path: Path) -> None:
    """Write `results.json`: records, what they depend on, and all that follows from them.

    Args:
        session: What was evaluated.
        report: What the tables and the page are made of.
        written: The files that are written beside this one.
        path: The file.

    Raises:
        InputError: It cannot be written.
    """
    settings, manifest = session.settings, session.evaluation.manifest
    head = {
        **labels(session),
        "hashes": session.hashes(),
        "code": code_parts(CONF_DIR),
        "settings": {
            **asdict(settings),
            "data": manifest.data,
            "mask": manifest.mask,
            "mask_rule": manifest.mask_rule,
            "manifest": None,
        },
        "files": written.value,
        "report": {key: getattr(report, key) for key in ReportEntry.model_fields},
        "samples": [entry.model_dump() for entry in manifest.samples],
        "estimates": [_estimate_line(*place, estimate) for place, estimate in report.estimates.items()],
        "set_scores": report.set_scores,
        "costs": {title: asdict(cost) for title, cost in report.costs.items()},
    }
    write_samples(path, "results", head, [_line(record) for record in report.records], "records")


def labels(session: Session) -> dict[str, Any]:
    """What the numbers belong to: the protocol, whether it leaks, the methods, and what they were trained on."""
    protocol = session.evaluation.protocol
    methods = {title: method.identity() for title, method in session.methods.items()}
    return {
        "protocol": protocol.name,
        "leaks": protocol.leaks,
        "methods": methods,
        "trained_on": session.num_trained_on,
    }


def _line(record: Record) -> dict[str, Any]:
    metrics = {key: plain_number(value) for key, value in record.metrics.items()}
    places = {key: getattr(record, key) for key in ("method", "name", "photograph", "ratio")}
    return {**places, "metrics": metrics}


def _estimate_line(bin_name: str, method: str, metric: str, estimate: Estimate) -> dict[str, Any]:
    """An estimate; interval, p, significance and letters are null where there are too few photographs for them."""
    place = {"bin": bin_name, "method": method, "metric": metric}
    numbers = {**asdict(estimate), "mean": plain_number(estimate.mean), "letters": estimate.letters or None}
    return {**place, **numbers}


@dataclass(frozen=True)
class Results:
    """Content of a `results.json`; what an older version did not write is None."""

    labels: Mapping[str, Any]
    hashes: Mapping[str, Any]
    settings: Mapping[str, Any]
    numbers: Mapping[tuple[str, str], Mapping[str, float | None]]
    """By method and name of the sample: hole ratio and metrics."""
    photographs: Mapping[str, str] | None = None
    """By name of the sample."""
    code: Mapping[str, str] | None = None
    """Hash of each part of the code, see `code_parts`."""
    samples: Sequence[Entry] | None = None
    """Images and masks."""
    estimates: Estimates | None = None
    set_scores: Mapping[str, Mapping[str, float | None]] | None = None
    costs: Mapping[str, Cost] = field(default_factory=dict)
    """By method; those that were measured."""
    report: ReportEntry | None = None
    files: Sequence[str] | None = None
    """Names of those beside this one."""

    @property
    def titles(self) -> list[str]:
        """The methods, in the order of the tables."""
        return list(dict.fromkeys(method for method, _ in self.numbers))

    def records(self) -> list[Record]:
        """The records, in their order.

        Raises:
            InputError: The file does not name their photographs.
        """
        if self.photographs is None:
            raise InputError("its records do not name photographs: an older version wrote it, evaluate again")
        return [record_of(place, numbers, self.photographs[place[1]]) for place, numbers in self.numbers.items()]


def record_of(place: tuple[str, str], numbers: Mapping[str, float | None], photograph: str) -> Record:
    """The record of a method and a sample, of its hole ratio and metrics."""
    metrics = {**dict.fromkeys(METRICS), **{key: value for key, value in numbers.items() if key != RATIO}}
    return Record(*place, photograph, numbers[RATIO] or 0.0, metrics)


def read_results_file(path: Path, most_bytes: int = MAX_BYTES) -> Results:
    """Read what `write_results_file` wrote.

    Args:
        path: The file.
        most_bytes: A larger one is refused.

    Raises:
        InputError: The file is damaged or something else.
    """
    try:
        file = validated(_File, read_json(path, most_bytes), path.name)
        return _results(file, path.name)
    except InputError as error:
        raise InputError(f"results: {path} is not a results.json of `compare` or `evaluate` ({error})") from error


def _results(file: _File, name: str) -> Results:
    numbers: dict[tuple[str, str], Mapping[str, float | None]] = {}
    photographs: dict[str, str] = {}
    for record in file.records:
        if (record.method, record.name) in numbers:
            raise InputError(f"{name} has two records of {record.method}, {record.name}")
        numbers[record.method, record.name] = {RATIO: record.ratio, **record.metrics}
        if record.photograph is not None and record.photograph != photographs.setdefault(
            record.name, record.photograph
        ):
            raise InputError(f"{name} has two photographs of {record.name}")
    complete = all(record.photograph is not None for record in file.records)
    estimates = None if file.estimates is None else _estimates(file.estimates, name)
    labels = {key: getattr(file, key) for key in ("protocol", "leaks", "methods", "trained_on")}
    return Results(
        labels={key: value for key, value in labels.items() if value is not None},
        hashes=file.hashes,
        settings=file.settings,
        numbers=numbers,
        photographs=photographs if complete else None,
        code=file.code,
        samples=file.samples,
        estimates=estimates,
        set_scores=file.set_scores,
        costs={title: Cost(**cost.model_dump()) for title, cost in file.costs.items()},
        report=file.report,
        files=file.files,
    )


def _estimates(lines: Sequence[_Estimate], name: str) -> Estimates:
    found = {(line.bin, line.method, line.metric): line.estimate() for line in lines}
    if len(found) != len(lines):
        raise InputError(f"{name} has an estimate twice")
    return found


class _Record(JSONObject):
    method: str
    name: str
    photograph: str | None = None
    ratio: Share
    metrics: dict[str, Number]


def _ordered(limits: list[float]) -> list[float]:
    if len(limits) != 2:
        raise ValueError("must be [low, high]")
    return limits


_Limits = Annotated[list[Finite], AfterValidator(_ordered)]


def _interval(limits: list[float] | None) -> Interval | None:
    return None if limits is None else Interval(*limits)


class _Difference(JSONObject):
    to: str
    value: Finite
    interval: _Limits | None
    p: Share | None
    significant: bool | None

    def difference(self) -> Difference:
        """As the statistics return it."""
        return Difference(self.to, self.value, _interval(self.interval), self.p, self.significant)


class _Estimate(JSONObject):
    bin: str
    method: str
    metric: str
    mean: Finite
    interval: _Limits | None
    difference: _Difference | None
    is_best: bool
    letters: Annotated[str, Field(max_length=100)] | None

    def estimate(self) -> Estimate:
        """As the statistics return it."""
        difference = None if self.difference is None else self.difference.difference()
        return Estimate(self.mean, _interval(self.interval), difference, self.is_best, self.letters or "")


class _Cost(JSONObject):
    parameters: int | None
    gflop: float | None
    seconds: float | None
    peak_memory_mb: float | None


class ReportEntry(JSONObject):
    """What stands in tables and on the page beside the numbers."""

    title: str
    notes: list[str]
    reference: str | None
    config: str
    versions: dict[str, str]


class _File(JSONObject):
    kind: Literal["results"]
    protocol: str
    leaks: bool
    methods: dict[str, Any]
    records: list[_Record]
    hashes: dict[str, Any]
    settings: dict[str, Any]
    trained_on: dict[str, int | None] | None = None
    code: dict[str, str] | None = None
    samples: list[Entry] | None = None
    estimates: list[_Estimate] | None = None
    set_scores: dict[str, dict[str, Number]] | None = None
    costs: dict[str, _Cost] = Field(default_factory=dict)
    report: ReportEntry | None = None
    files: list[str] | None = None
