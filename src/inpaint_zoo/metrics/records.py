"""Records (the metrics of one method on one image), their file, and their means per bin."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import write_text
from inpaint_zoo.metrics.bins import EVERY_BIN, bins_of, ratio_bin
from inpaint_zoo.metrics.psnr import PSNR_CAP
from inpaint_zoo.metrics.score import METRICS, RATIO

_HEADER = ("method", "name", "photograph", RATIO, "bin", *METRICS)


@dataclass(frozen=True)
class Record:
    """The metrics of one method on one image."""

    method: str
    name: str
    """Name of the sample, unique within its method."""
    photograph: str
    """Name of the original photograph, which samples with different masks share: the unit of resampling."""
    ratio: float
    """Hole pixels / all pixels, in [0, 1]."""
    metrics: Mapping[str, float | None]
    """Values by the keys of `METRICS` and of further measures; None where a value is not defined, inf in protocols
    without a cap."""
    holds_lower: bool = False
    """Whether its bins of 10 % hold their lower limits, see `fine_bin`; a file of records does not say it."""

    def __post_init__(self) -> None:
        for key, value in self.metrics.items():
            if value is not None and (math.isnan(value) or value == -math.inf):
                raise ValueError(f"{key} of {self.method} on {self.name} is {value}, which no metric returns")

    @classmethod
    def from_score(cls, method: str, name: str, photograph: str, scored: Mapping[str, float | None]) -> Record:
        """Make a record of the result of `score`, or of a part of it."""
        metrics = {**dict.fromkeys(METRICS), **scored}
        return cls(method, name, photograph, float(metrics.pop(RATIO) or 0), metrics)

    @property
    def bin(self) -> str:
        """Name of the hole ratio's bin."""
        return ratio_bin(self.ratio)

    @property
    def bins(self) -> tuple[str, ...]:
        """Names of all bins of the record, see `bins_of`."""
        return bins_of(self.ratio, holds_lower=self.holds_lower)


@dataclass(frozen=True)
class SummaryRow:
    """Means of one method over the images of one bin, or over all images (`bin` = "all")."""

    method: str
    bin: str
    num_images: int
    num_capped: int
    """Number of images whose PSNR is the cap or infinite, as for equal images."""
    means: Mapping[str, float | None]
    """Mean of each metric over the images with a value; None without any, inf where a value is infinite."""


def summarise(records: Iterable[Record]) -> list[SummaryRow]:
    """Average records per method and bin: one row for each of `EVERY_BIN`, also for empty bins.

    Methods are in the order of their first record. Every image has the same weight.
    """
    by_method: dict[str, dict[str, list[Record]]] = {}
    records = list(records)
    keys = metric_keys(records)
    for record in records:
        own = by_method.setdefault(record.method, {name: [] for name in EVERY_BIN})
        for name in record.bins:
            own[name].append(record)
    return [_row(method, name, members, keys) for method, own in by_method.items() for name, members in own.items()]


def metric_keys(records: Iterable[Record]) -> tuple[str, ...]:
    """`METRICS`, and behind them the keys of the further measures that records have."""
    return tuple(dict.fromkeys((*METRICS, *(key for record in records for key in record.metrics))))


def _row(method: str, bin_name: str, records: Sequence[Record], keys: Sequence[str]) -> SummaryRow:
    capped = sum(record.metrics["psnr"] in {PSNR_CAP, math.inf} for record in records)
    means = {key: _mean([record.metrics.get(key) for record in records]) for key in keys}
    return SummaryRow(method, bin_name, len(records), capped, means)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def write_records(records: Iterable[Record], path: Path) -> None:
    """Write records as CSV (UTF-8, one line per record, an empty cell for None, `inf` for infinity).

    An incomplete file is never left behind.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    records = list(records)
    keys = metric_keys(records)
    writer.writerow((*_HEADER, *keys[len(METRICS) :]))
    for record in records:
        # repr of a float is read back as the same float
        values = ["" if (value := record.metrics.get(key)) is None else repr(value) for key in keys]
        writer.writerow([record.method, record.name, record.photograph, repr(record.ratio), record.bin, *values])
    write_text(path, text.getvalue())


def read_records(path: Path) -> list[Record]:
    """Read what `write_records` wrote.

    Raises:
        InputError: The file cannot be read, or is something else.
    """
    try:
        # surrogateescape: file names need not be UTF-8
        with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
            reader = csv.DictReader(file, strict=True)
            names = tuple(reader.fieldnames or ())
            if names[: len(_HEADER)] != _HEADER or len(set(names)) < len(names):
                raise ValueError(f"its first line is not {','.join(_HEADER)}")
            return [_parse(line) for line in reader]
    except (OSError, csv.Error, TypeError, ValueError) as error:
        raise InputError(f"{path}: not a file of records ({error}): make one with `compare` or `evaluate`") from error


def _parse(line: Mapping[str, str]) -> Record:
    keys = [key for key in line if key in METRICS or key not in _HEADER]
    metrics = {key: float(line[key]) if line[key] else None for key in keys}
    return Record(line["method"], line["name"], line["photograph"], float(line[RATIO]), metrics)


def write_summary(rows: Sequence[SummaryRow], path: Path) -> None:
    """Write the means as JSON: a list of objects, with null where a mean is not defined.

    JSON has no infinity: an infinite mean is the string "inf".
    """
    plain = [
        asdict(row) | {"means": {key: "inf" if mean == math.inf else mean for key, mean in row.means.items()}}
        for row in rows
    ]
    write_text(path, json.dumps(plain, indent=2, allow_nan=False) + "\n")
