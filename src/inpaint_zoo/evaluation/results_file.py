"""`results.json`: the results of an evaluation and everything that they depend on, so that they can be verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.session import Session
from inpaint_zoo.evaluation.significance import Estimate, Estimates
from inpaint_zoo.files.json_file import read_json
from inpaint_zoo.files.json_values import JSONObject, Number, Share, plain_number, validated
from inpaint_zoo.files.samples_file import write_samples
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import RATIO

MAX_BYTES = 500_000_000


def write_results_file(session: Session, records: Sequence[Record], estimates: Estimates, path: Path) -> None:
    """Write `results.json`: records, what they depend on, and the estimates that follow from them."""
    settings, manifest = session.settings, session.evaluation.manifest
    head = {
        **labels(session),
        "trained_on": session.num_trained_on,
        "hashes": session.hashes(),
        "settings": {
            **asdict(settings),
            "data": manifest.data,
            "mask": manifest.mask,
            "mask_rule": manifest.mask_rule,
            "manifest": None,
        },
        "estimates": [_estimate_line(*place, estimate) for place, estimate in estimates.items()],
    }
    write_samples(path, "results", head, [_line(record) for record in records], "records")


def labels(session: Session) -> dict[str, Any]:
    """What the numbers belong to: the protocol, whether it leaks ground truth, and the identities of the methods."""
    protocol = session.evaluation.protocol
    methods = {title: method.identity() for title, method in session.methods.items()}
    return {"protocol": protocol.name, "leaks": protocol.leaks, "methods": methods}


def _line(record: Record) -> dict[str, Any]:
    metrics = {key: plain_number(value) for key, value in record.metrics.items()}
    return {"method": record.method, "name": record.name, "ratio": record.ratio, "metrics": metrics}


def _estimate_line(bin_name: str, method: str, metric: str, estimate: Estimate) -> dict[str, Any]:
    """An estimate; interval, p, significance and letters are null where there are too few photographs for them."""
    place = {"bin": bin_name, "method": method, "metric": metric}
    numbers = {**asdict(estimate), "mean": plain_number(estimate.mean), "letters": estimate.letters or None}
    return {**place, **numbers}


@dataclass(frozen=True)
class Results:
    """Content of a `results.json`."""

    labels: Mapping[str, Any]
    hashes: Mapping[str, Any]
    settings: Mapping[str, Any]
    numbers: Mapping[tuple[str, str], Mapping[str, float | None]]
    """By method and name of the sample: hole ratio and metrics."""


def read_results_file(path: Path) -> Results:
    """Read what `write_results_file` wrote.

    Raises:
        InputError: The file is damaged or something else.
    """
    try:
        file = validated(_File, read_json(path, MAX_BYTES), path.name)
        numbers: dict[tuple[str, str], Mapping[str, float | None]] = {}
        for record in file.records:
            if (record.method, record.name) in numbers:
                raise InputError(f"{path.name} has two records of {record.method}, {record.name}")
            numbers[record.method, record.name] = {RATIO: record.ratio, **record.metrics}
    except InputError as error:
        raise InputError(f"results: {path} is not a results.json of `compare` or `evaluate` ({error})") from error
    labels = {"protocol": file.protocol, "leaks": file.leaks, "methods": file.methods}
    return Results(labels, file.hashes, file.settings, numbers)


class _Record(JSONObject):
    method: str
    name: str
    ratio: Share
    metrics: dict[str, Number]


class _File(JSONObject):
    kind: Literal["results"]
    protocol: str
    leaks: bool
    methods: dict[str, Any]
    records: list[_Record]
    hashes: dict[str, Any]
    settings: dict[str, Any]
