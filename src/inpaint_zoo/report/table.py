"""The numbers of a comparison as one CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from inpaint_zoo.metrics.bins import ALL
from inpaint_zoo.metrics.records import SummaryRow, summarise
from inpaint_zoo.report.certain import certainty_of
from inpaint_zoo.report.columns import ALL_COLUMNS, SET_COLUMNS, Column
from inpaint_zoo.report.notes import LEAKS
from inpaint_zoo.report.report import Report
from inpaint_zoo.statistics import Certainty

_CERTAIN = ("low", "high", "difference", "difference_low", "difference_high", "p", "verdict")


def csv_table(report: Report) -> str:
    """A line per method and bin (those of the papers, every 10 %, and all), unrounded.

    Each metric has its mean and, behind it, columns ending in `_low` and `_high` (95 % interval), `_difference`,
    `_difference_low` and `_difference_high` (to the best), `_p`, and `_verdict` (best, told apart, not told apart). A
    cell is empty where a number is not defined; an infinite one is `inf`. Metrics of the whole set stand in the lines
    of all pictures.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    metrics = [name for column in ALL_COLUMNS for name in (column.key, *(f"{column.key}_{end}" for end in _CERTAIN))]
    sets = [column.key for column in SET_COLUMNS]
    writer.writerow(["protocol", "method", "bin", "num_pictures", "num_capped", *metrics, *sets])
    protocol = _protocol(report)
    for row in summarise(report.records):
        cells = [cell for column in ALL_COLUMNS for cell in _cells(report, row, column)]
        own = report.set_scores.get(row.method, {}) if row.bin == ALL else {}
        writer.writerow(
            [
                protocol,
                row.method,
                row.bin,
                row.num_pictures,
                row.num_capped,
                *cells,
                *(_cell(own.get(key)) for key in sets),
            ]
        )
    return text.getvalue()


def _protocol(report: Report) -> str:
    if report.protocol is None:
        return ""
    return f"{report.protocol.name} ({LEAKS})" if report.protocol.leaks else report.protocol.name


def _cells(report: Report, row: SummaryRow, column: Column) -> list[str]:
    certainty = certainty_of(report, row.bin, row.method, column)
    return [_cell(row.means[column.key]), *(_certain_cells(certainty) if certainty else [""] * len(_CERTAIN))]


def _certain_cells(certainty: Certainty) -> list[str]:
    """The cells of `_CERTAIN`."""
    found = certainty.difference
    numbers: Sequence[float | None] = certainty.interval or (None, None)
    if found is None:
        return [*map(_cell, numbers), "", "", "", "", "best" if certainty.is_best else ""]
    numbers = (*numbers, found.value, *(found.interval or (None, None)), found.p)
    return [*map(_cell, numbers), "told apart" if found.told_apart else "not told apart"]


def _cell(value: float | None) -> str:
    return "" if value is None else repr(value)
