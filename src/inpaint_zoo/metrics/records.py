"""Records: the scores of one method on one picture, their file, and their means per bin."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from inpaint_zoo.errors import InputError
from inpaint_zoo.files import write_text
from inpaint_zoo.metrics.bins import ALL, BINS, ratio_bin
from inpaint_zoo.metrics.psnr import PSNR_CAP
from inpaint_zoo.metrics.score import METRICS, RATIO

_HEADER = ("method", "name", RATIO, "bin", *METRICS)


@dataclass(frozen=True)
class Record:
    """What one method scored on one picture."""

    method: str
    name: str
    """Name of the picture, unique within its method."""
    ratio: float
    """Hole pixels / all pixels, in [0, 1]."""
    metrics: Mapping[str, float | None]
    """Values by the keys of `METRICS`; None where one is not defined."""

    @classmethod
    def from_score(cls, method: str, name: str, scored: Mapping[str, float | None]) -> Record:
        """Make a record of what `score` returned."""
        return cls(method, name, float(scored[RATIO] or 0), {key: scored[key] for key in METRICS})

    @property
    def bin(self) -> str:
        """Name of the hole ratio's bin."""
        return ratio_bin(self.ratio)


@dataclass(frozen=True)
class SummaryRow:
    """Means of one method over the pictures of one bin, or over all of them (`bin` = "all")."""

    method: str
    bin: str
    num_pictures: int
    num_capped: int
    """Pictures whose PSNR is the cap, as that of equal pictures."""
    means: Mapping[str, float | None]
    """Mean of each metric over the pictures that have it; None where none has."""


def summarise(records: Iterable[Record]) -> list[SummaryRow]:
    """Average records per method: every bin, empty ones too, then all pictures.

    Methods keep the order of their first record. Every picture weighs the same.
    """
    by_method: dict[str, list[Record]] = {}
    for record in records:
        by_method.setdefault(record.method, []).append(record)
    rows = []
    for method, own in by_method.items():
        rows += [_row(method, name, [record for record in own if record.bin == name]) for name in BINS]
        rows.append(_row(method, ALL, own))
    return rows


def _row(method: str, bin_name: str, records: Sequence[Record]) -> SummaryRow:
    capped = sum((record.metrics["psnr"] or 0) >= PSNR_CAP for record in records)
    means = {key: _mean([record.metrics[key] for record in records]) for key in METRICS}
    return SummaryRow(method, bin_name, len(records), capped, means)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def write_records(records: Iterable[Record], path: Path) -> None:
    """Write records as CSV (UTF-8, one line a record, an empty cell for None), whole or not at all."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_HEADER)
    for record in records:
        # repr of a float reads back as the same float
        values = ["" if record.metrics[key] is None else repr(record.metrics[key]) for key in METRICS]
        writer.writerow([record.method, record.name, repr(record.ratio), record.bin, *values])
    write_text(path, text.getvalue())


def read_records(path: Path) -> list[Record]:
    """Read what `write_records` wrote.

    Raises:
        InputError: the file cannot be read, or holds something else.
    """
    try:
        # surrogateescape: names of files need not be UTF-8
        with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
            reader = csv.DictReader(file, strict=True)
            if tuple(reader.fieldnames or ()) != _HEADER:
                raise ValueError(f"its first line is not {','.join(_HEADER)}")
            return [_parse(line) for line in reader]
    except (OSError, csv.Error, TypeError, ValueError) as error:
        raise InputError(f"{path}: not a file of records ({error}), write it with `compare` or `evaluate`") from error


def _parse(line: Mapping[str, str]) -> Record:
    metrics = {key: float(line[key]) if line[key] else None for key in METRICS}
    return Record(line["method"], line["name"], float(line[RATIO]), metrics)


def write_summary(rows: Sequence[SummaryRow], path: Path) -> None:
    """Write the means as JSON: a list of objects, null where a mean is not defined."""
    write_text(path, json.dumps([asdict(row) for row in rows], indent=2, allow_nan=False) + "\n")
