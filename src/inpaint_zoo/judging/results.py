"""`results.json`: the numbers, and everything that they depend on, so that they can be checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from inpaint_zoo.errors import InputError
from inpaint_zoo.json_file import Fields, read_json
from inpaint_zoo.judging.session import Session
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import RATIO
from inpaint_zoo.samples_file import write_samples

KIND = "results"
MAXIMUM_BYTES = 500_000_000


def write_results_file(session: Session, records: Sequence[Record], path: Path) -> None:
    """Write `results.json`."""
    settings, manifest = session.settings, session.evaluation.manifest
    head = {
        **labels(session),
        "hashes": session.hashes(),
        "settings": {**asdict(settings), "data": manifest.data, "mask": manifest.mask, "manifest": None},
    }
    write_samples(path, KIND, head, [_line(record) for record in records], "records")


def labels(session: Session) -> dict[str, Any]:
    """What the numbers are called: the protocol, whether it leaks, and what the methods are."""
    protocol = session.evaluation.protocol
    methods = {title: method.identity() for title, method in session.methods.items()}
    return {"protocol": protocol.name, "leaks": protocol.leaks, "methods": methods}


def _line(record: Record) -> dict[str, Any]:
    # infinity has no place in JSON; NaN is nowhere
    metrics = {key: str(value) if value == float("inf") else value for key, value in record.metrics.items()}
    return {"method": record.method, "name": record.name, "ratio": record.ratio, "metrics": metrics}


@dataclass(frozen=True)
class Results:
    """What `write_results_file` wrote."""

    labels: Mapping[str, Any]
    hashes: Mapping[str, Any]
    settings: Mapping[str, Any]
    numbers: Mapping[tuple[str, str], Mapping[str, float | None]]
    """By method and name of the sample: the hole ratio and the metrics."""


def read_results_file(path: Path) -> Results:
    """Read what `write_results_file` wrote.

    Raises:
        InputError: it is something else, or damaged.
    """
    try:
        content = Fields(read_json(path, MAXIMUM_BYTES), path.name)
        if content.take("kind", str) != KIND:
            raise InputError(f"{path.name} has another kind than {KIND}")
        given = {"protocol": str, "leaks": bool, "methods": dict}
        numbers: dict[tuple[str, str], Mapping[str, float | None]] = {}
        for position, line in enumerate(content.take("records", list)):
            key, values = _numbers(Fields(line, f"{path.name}: records[{position}]"))
            if key in numbers:
                raise InputError(f"{path.name} has two records of {key[0]}, {key[1]}")
            numbers[key] = values
        return Results(
            {name: content.take(name, kind) for name, kind in given.items()},
            content.take("hashes", dict), content.take("settings", dict), numbers,
        )  # fmt: skip
    except InputError as error:
        raise InputError(f"results: {path} is no results.json of `compare` or `evaluate` ({error})") from error


def _numbers(line: Fields) -> tuple[tuple[str, str], Mapping[str, float | None]]:
    """Key and numbers of a record."""
    metrics = Fields(line.take("metrics", dict), f"{line.where}.metrics")
    values = {name: metrics.number(name) for name in metrics.values}
    return (line.take("method", str), line.take("name", str)), {RATIO: line.share(RATIO), **values}
