"""The tables of the page: every mean with its interval and its distance to the best and to the reference."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from inpaint_zoo.metrics.bins import ALL, BIN_TITLES, BINS, FINE_BINS, NO_HOLE
from inpaint_zoo.metrics.records import SummaryRow
from inpaint_zoo.report.certain import certainty_of, interval_text, is_tied, p_text, signed_interval_text
from inpaint_zoo.report.columns import ALL_COLUMNS, MISSING, Column
from inpaint_zoo.report.report import Report
from inpaint_zoo.report.rows import rows_of_bin
from inpaint_zoo.statistics import Certainty

COST_COLUMNS = (
    Column("parameters", "Parameters (10⁶)", 3, False, 1e-6),
    Column("gflop", "GFLOP", 1, False),
    Column("seconds", "Seconds", 4, False),
    Column("peak_memory_mb", "Peak memory (MB)", 0, False),
)
"""What a method costs, for one picture."""

_Means: TypeAlias = Mapping[str, Mapping[str, float | None]]
"""Values by method and key."""


@dataclass(frozen=True)
class Cell:
    """One number of a table, as text, and what stands below it."""

    shown: str
    value: str = ""
    """The unrounded number that sorting goes by; empty where there is none."""
    best: bool = False
    tied: bool = False
    """Not told apart from the best."""
    interval: str = ""
    to_best: str = ""
    odds: str = ""
    """How often chance alone would give that distance to the best."""
    to_reference: str = ""


@dataclass(frozen=True)
class Line:
    """One method of a table."""

    method: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class PageTable:
    """One bin."""

    title: str
    num_pictures: int
    lines: Sequence[Line]


def region_of(column: Column) -> str:
    """Which pixels a metric counts: `hole`, `known` or `image`."""
    region = column.key.partition("_")[0]
    return region if region in {"hole", "known"} else "image"


def bin_tables(report: Report, rows: Sequence[SummaryRow], bins: Sequence[str]) -> list[PageTable]:
    """One table for each of the bins, also for those without pictures, which have no lines."""
    return [_bin_table(report, rows_of_bin(rows, name), name) for name in bins]


def all_tables(report: Report, rows: Sequence[SummaryRow]) -> dict[str, list[PageTable]]:
    """The table over everything, those of the papers' bins and those of every 10 %."""
    parts = {"everything": (ALL,), "wide": BINS, "fine": FINE_BINS}
    return {name: bin_tables(report, rows, bins) for name, bins in parts.items()}


def _bin_table(report: Report, rows: Sequence[SummaryRow], name: str) -> PageTable:
    num_pictures = max((row.num_pictures for row in rows), default=0)
    means = {row.method: row.means for row in rows} if num_pictures else {}

    def cell(method: str, column: Column, best: bool) -> Cell:
        plain = replace(
            _cell(column, means[method][column.key], best),
            to_reference=_to_reference(report.reference, method, column, means),
        )
        certainty = certainty_of(report, name, method, column)
        return _certain(plain, column, certainty) if certainty else plain

    return PageTable(bin_title(name), num_pictures, _lines(means, ALL_COLUMNS, cell))


def bin_title(name: str) -> str:
    """Title of a bin where it stands alone."""
    return {ALL: "All pictures", NO_HOLE: "No hole"}.get(name, f"{BIN_TITLES[name]} hole")


def plain_lines(values: _Means, columns: Sequence[Column]) -> list[Line]:
    """Lines of a table whose numbers have no interval; a missing one is shown as such."""
    return _lines(values, columns, lambda method, column, best: _cell(column, values[method].get(column.key), best))


def _lines(
    values: _Means,
    columns: Sequence[Column],
    cell: Callable[[str, Column, bool], Cell],
) -> list[Line]:
    best = {column: column.best({method: own.get(column.key) for method, own in values.items()}) for column in columns}
    return [Line(method, [cell(method, column, method in best[column]) for column in columns]) for method in values]


def _cell(column: Column, value: float | None, best: bool) -> Cell:
    return Cell(column.show(value), "" if value is None else repr(value), best)


def _certain(cell: Cell, column: Column, certainty: Certainty) -> Cell:
    """Add to a mean how sure it is."""
    if certainty.interval is not None:
        cell = replace(cell, interval=interval_text(column, certainty.interval))
    difference = certainty.difference
    if difference is None:
        return cell
    return replace(
        cell,
        tied=is_tied(certainty) and not cell.best,
        to_best=f"{column.show_signed(difference.value)} {signed_interval_text(column, difference.interval)}",
        odds=f"p {p_text(difference.p)}",
    )


def _to_reference(reference: str | None, method: str, column: Column, means: _Means) -> str:
    if reference is None or reference not in means or reference == method:
        return ""
    own, other = means[method][column.key], means[reference][column.key]
    if own is None or other is None or own == other == math.inf:  # the difference of two infinities is no number
        return MISSING
    return column.show_signed(own - other)
