"""Tables that several formats of a report share, and the CSV file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from inpaint_zoo.evaluation.report.columns import ALL_COLUMNS, METHOD, METRIC, SET_COLUMNS
from inpaint_zoo.evaluation.report.content import Report
from inpaint_zoo.evaluation.report.estimates import TOO_FEW, estimate_of, has_too_few, is_tied, num_photographs
from inpaint_zoo.evaluation.report.notes import LEAKS, protocol_line
from inpaint_zoo.evaluation.report.rows import (
    columns_with_values,
    means_of,
    methods_of,
    num_images,
    rows_of_bin,
)
from inpaint_zoo.evaluation.significance import Estimate
from inpaint_zoo.metrics.bins import ALL, BIN_TITLES
from inpaint_zoo.metrics.records import SummaryRow, summarise
from inpaint_zoo.tables import MISSING, Cell, Column, Row, Table, csv_text

Below: TypeAlias = Callable[[str, Column, Estimate | None], Mapping[str, str]]
"""Gives the texts below the mean of a method, by their CSS class."""
_ESTIMATE = ("low", "high", "difference", "difference_low", "difference_high", "p", "significance", "letters")
"""Endings of the CSV columns that follow the mean of a metric."""


def mean_cells(
    report: Report, rows: Iterable[SummaryRow], bin_name: str, column: Column, below: Below
) -> dict[str, Cell]:
    """Cells with the means of one metric in one bin, by method."""
    means = means_of(rows, bin_name, column)
    best, second = column.best(means), column.second(means)
    cells = {}
    for method, mean in means.items():
        estimate = estimate_of(report, bin_name, method, column)
        cells[method] = Cell(
            column.show(mean),
            exact(mean),
            best=method in best,
            second=method in second,
            tied=is_tied(estimate),
            below=below(method, column, estimate),
        )
    return cells


def bin_table(
    report: Report, rows: Sequence[SummaryRow], bin_name: str, columns: Sequence[Column], below: Below
) -> Table:
    """One row per method, one column per metric; no rows where the bin has no images."""
    methods = methods_of(rows_of_bin(rows, bin_name)) if num_images(rows, bin_name) else []
    cells = [mean_cells(report, rows, bin_name, column, below) for column in columns]
    return Table("", (METHOD, *columns), [[method, *(own[method] for own in cells)] for method in methods])


def by_bin(
    report: Report, rows: Sequence[SummaryRow], bins: Sequence[str], columns: Sequence[Column], below: Below
) -> Table:
    """Number of images, then one group of rows per metric, one row per method, one column per bin."""
    lines: list[Row]
    lines = [["Images", "", *(str(num_images(rows, name) or "no images") for name in bins)]]
    if any(has_too_few(report, name) for name in bins):
        lines.append(["Photographs", "", *(photographs_text(report, name) for name in bins)])
    for column in columns_with_values(rows, columns):
        cells = [mean_cells(report, rows, name, column, below) for name in bins]
        lines += [[column.heading, method, *(own[method] for own in cells)] for method in methods_of(rows)]
    heads = (METRIC, METHOD, *(Column(name, BIN_TITLES[name]) for name in bins))
    title = "Means by share of hole pixels, with 95 % intervals"
    return Table(title, heads, lines, protocol_line(report))


def photographs_text(report: Report, bin_name: str) -> str:
    """The number of photographs in a bin, and whether it is too small."""
    number = num_photographs(report, bin_name)
    return f"{number}: {TOO_FEW}" if has_too_few(report, bin_name) else str(number or MISSING)


def set_table(report: Report, rows: Iterable[SummaryRow]) -> Table:
    """Metrics of the whole set of images, one column per metric."""
    columns = set_columns(report)

    def cell(method: str, column: Column) -> Cell:
        value = report.set_scores.get(method, {}).get(column.key)
        return Cell("not available" if value is None else column.show(value), exact(value))

    lines: list[Row] = [[method, *(cell(method, column) for column in columns)] for method in methods_of(rows)]
    return Table("All images together", (METHOD, *columns), lines, protocol_line(report))


def set_columns(report: Report) -> list[Column]:
    """The metrics of the whole set of images that at least one method has."""
    return [column for column in SET_COLUMNS if any(column.key in own for own in report.set_scores.values())]


def plain_table(
    title: str, values: Mapping[str, Mapping[str, float | None]], columns: Sequence[Column], subtitle: str = ""
) -> Table:
    """One row per method, for numbers without intervals; missing numbers are shown as `MISSING`.

    Args:
        title: Title of the table.
        values: By method and key.
        columns: The columns; their keys select the values.
        subtitle: Subtitle of the table.
    """
    best = [column.best({method: own.get(column.key) for method, own in values.items()}) for column in columns]
    lines: list[Row] = [
        [
            method,
            *(
                Cell(column.show(own.get(column.key)), exact(own.get(column.key)), best=method in first)
                for column, first in zip(columns, best, strict=True)
            ),
        ]
        for method, own in values.items()
    ]
    return Table(title, (METHOD, *columns), lines, subtitle)


def csv_table(report: Report) -> str:
    """One line per method and bin (those of the papers, every 10 %, and all images), with unrounded numbers.

    The mean of each metric is followed by columns that end in `_low` and `_high` (95 % interval), `_difference`,
    `_difference_low` and `_difference_high` (to the best method), `_p`, `_significance` (`best`, `significant`,
    `not significant`), and `_letters` (methods with one in common cannot be told apart). A cell is empty
    where a number is not defined; infinity is `inf`. Metrics of the whole set are in the lines of all images.
    """
    metrics = [name for column in ALL_COLUMNS for name in (column.key, *(f"{column.key}_{end}" for end in _ESTIMATE))]
    keys = ["protocol", "method", "bin", "num_images", "num_capped", *metrics, *(one.key for one in SET_COLUMNS)]
    lines = []
    for row in summarise(report.records):
        own = report.set_scores.get(row.method, {}) if row.bin == ALL else {}
        cells = [cell for column in ALL_COLUMNS for cell in _exact_cells(report, row, column)]
        sets = [exact(own.get(column.key)) for column in SET_COLUMNS]
        lines.append([_protocol(report), row.method, row.bin, str(row.num_images), str(row.num_capped), *cells, *sets])
    return csv_text(Table(report.title, [Column(key, key) for key in keys], lines))


def _protocol(report: Report) -> str:
    if report.protocol is None:
        return ""
    return f"{report.protocol.name} ({LEAKS})" if report.protocol.leaks else report.protocol.name


def _exact_cells(report: Report, row: SummaryRow, column: Column) -> list[str]:
    """A mean and its estimate, as text."""
    estimate = estimate_of(report, row.bin, row.method, column)
    low, high = (estimate and estimate.interval) or (None, None)
    mean = [row.means[column.key], low, high]
    found, letters = estimate and estimate.difference, estimate.letters if estimate else ""
    if not found:
        return [*map(exact, mean), "", "", "", "", "best" if estimate and estimate.is_best else "", letters]
    numbers = [*mean, found.value, *(found.interval or (None, None)), found.p]
    significance = {True: "significant", False: "not significant", None: ""}[found.significant]
    return [*map(exact, numbers), significance, letters]


def exact(value: float | None) -> str:
    """An unrounded number; empty for None."""
    return "" if value is None else repr(value)
