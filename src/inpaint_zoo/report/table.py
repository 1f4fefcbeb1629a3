"""Methods against bins of the hole ratio, as Markdown, as CSV, and for the terminal."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from inpaint_zoo.metrics.bins import ALL, BIN_TITLES, BINS
from inpaint_zoo.metrics.psnr import PSNR_CAP
from inpaint_zoo.metrics.records import SummaryRow
from inpaint_zoo.metrics.score import METRICS
from inpaint_zoo.report.columns import HOLE_PSNR, LEGEND, MAIN_COLUMNS, MISSING, Column

_COLUMN_BINS = (*(name for name in BINS if name != "none"), "none", ALL)
_MARKDOWN_SIGNS = str.maketrans({sign: f"\\{sign}" for sign in "\\|*`[]<>~"} | {"\n": " ", "\r": " "})


def methods_of(rows: Iterable[SummaryRow]) -> list[str]:
    """Methods in the order of their rows."""
    return list(dict.fromkeys(row.method for row in rows))


def rows_of_bin(rows: Iterable[SummaryRow], bin_name: str) -> list[SummaryRow]:
    """One row a method."""
    return [row for row in rows if row.bin == bin_name]


def derived_notes(rows: Sequence[SummaryRow]) -> list[str]:
    """What a reader of these means must know: capped pictures, and methods that were not judged on the same number."""
    everything = rows_of_bin(rows, ALL)
    capped = ", ".join(f"{row.method}: {row.num_capped}" for row in everything if row.num_capped)
    notes = [LEGEND]
    if capped:
        notes.append(f"PSNR is capped at {PSNR_CAP:.0f} dB, which pictures equal to their original get ({capped}).")
    if len({row.num_pictures for row in everything}) > 1:
        counts = ", ".join(f"{row.method}: {row.num_pictures}" for row in everything)
        notes.append(f"Not every method has the same number of pictures ({counts}): their means do not compare.")
    return notes


def markdown_table(rows: Sequence[SummaryRow], notes: Sequence[str] = (), reference: str | None = None) -> str:
    """One table: a block of rows a metric, a row a method, a column a bin, the best in bold, notes below.

    Args:
        rows: what `summarise` returned.
        notes: remarks of the caller (why a metric is not available, how the methods were trained).
        reference: a method; a last block then holds the distance of the others to its PSNR over the hole.
    """
    lines = [["Metric", "Method", *(BIN_TITLES[name] for name in _COLUMN_BINS)]]
    lines.append(["Pictures", "", *(str(_num_pictures(rows, name)) for name in _COLUMN_BINS)])
    for column in MAIN_COLUMNS:
        lines += _metric_lines(rows, column)
    if reference is not None:
        lines += _distance_lines(rows, reference)
    return "\n".join([*_aligned(lines), "", *(f"- {_plain(note)}" for note in [*notes, *derived_notes(rows)]), ""])


def _num_pictures(rows: Sequence[SummaryRow], bin_name: str) -> int:
    return max((row.num_pictures for row in rows_of_bin(rows, bin_name)), default=0)


def _metric_lines(rows: Sequence[SummaryRow], column: Column) -> list[list[str]]:
    """Rows of one metric; its title stands in the first."""
    lines = {method: ["", _plain(method)] for method in methods_of(rows)}
    for name in _COLUMN_BINS:
        values = {row.method: row.means[column.key] for row in rows_of_bin(rows, name)}
        best = column.best(values)
        for method, value in values.items():
            shown = column.show(value)
            lines[method].append(f"**{shown}**" if method in best else shown)
    titles = [column.heading] + [""] * len(lines)
    return [[title, *line[1:]] for title, line in zip(titles, lines.values(), strict=False)]


def _distance_lines(rows: Sequence[SummaryRow], reference: str) -> list[list[str]]:
    """Rows of the distance in PSNR over the hole to one method; its title stands in the first."""
    lines: list[list[str]] = []
    for method in methods_of(rows):
        if method != reference:
            shown = [distance(rows, method, reference, name) for name in _COLUMN_BINS]
            lines.append(["" if lines else f"PSNR hole − {_plain(reference)}", _plain(method), *shown])
    return lines


def distance(rows: Sequence[SummaryRow], method: str, reference: str, bin_name: str) -> str:
    """How far the mean PSNR over the hole of a method lies above that of another in one bin, in dB, as text."""
    values = {row.method: row.means[HOLE_PSNR.key] for row in rows_of_bin(rows, bin_name)}
    own, others = values[method], values[reference]
    return MISSING if own is None or others is None else f"{own - others:+.2f}"


def _plain(text: str) -> str:
    """Text without Markdown signs or line breaks."""
    return text.translate(_MARKDOWN_SIGNS)


def _width(text: str) -> int:
    """Columns of a terminal that a text takes; wide East Asian characters take two."""
    return sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in text)


def _aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    """Markdown rows padded to one width, so that the source reads as a table; numbers stand at the right."""
    widths = [max(_width(cell) for cell in cells) for cells in zip(*lines, strict=True)]

    def join(cells: Sequence[str]) -> str:
        gaps = [" " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
        padded = [cell + gap if i < 2 else gap + cell for i, (cell, gap) in enumerate(zip(cells, gaps, strict=True))]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * width if i < 2 else "-" * (width - 1) + ":" for i, width in enumerate(widths)]
    return [join(lines[0]), join(rule), *map(join, lines[1:])]


def csv_table(rows: Iterable[SummaryRow]) -> str:
    """The means as CSV: a line per method and bin, unrounded, an empty cell where a mean is not defined."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["method", "bin", "num_pictures", "num_capped", *METRICS])
    for row in rows:
        means = (row.means[key] for key in METRICS)
        cells = ["" if mean is None else repr(mean) for mean in means]
        writer.writerow([row.method, row.bin, row.num_pictures, row.num_capped, *cells])
    return text.getvalue()


def terminal_tables(rows: Sequence[SummaryRow], reference: str | None = None) -> list[Table]:
    """One table for each bin that has pictures and one over all, each within 80 columns; see `markdown_table`."""
    bins = [name for name in _COLUMN_BINS if _num_pictures(rows, name)]
    tables = [
        _terminal_table(rows_of_bin(rows, name), f"{BIN_TITLES[name]}, pictures: {_num_pictures(rows, name)}")
        for name in bins
    ]
    return tables if reference is None else [*tables, _distance_table(rows, reference, bins)]


def _distance_table(rows: Sequence[SummaryRow], reference: str, bins: Sequence[str]) -> Table:
    table = Table(title=Text(f"PSNR hole, distance to {reference} in dB"), title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("Method", overflow="fold", min_width=12)
    for name in bins:
        table.add_column(BIN_TITLES[name], justify="right", no_wrap=True)
    for method in methods_of(rows):
        if method != reference:
            table.add_row(Text(method), *(distance(rows, method, reference, name) for name in bins))
    return table


def _terminal_table(rows: Sequence[SummaryRow], title: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("Method", overflow="fold", min_width=12)
    for column in MAIN_COLUMNS:
        table.add_column(column.heading, justify="right", no_wrap=True)
    best = {column: column.best({row.method: row.means[column.key] for row in rows}) for column in MAIN_COLUMNS}
    for row in rows:
        cells = [
            Text(column.show(row.means[column.key]), style="bold green" if row.method in best[column] else "")
            for column in MAIN_COLUMNS
        ]
        # Text, not str: a name may hold what rich takes for markup
        table.add_row(Text(row.method), *cells)
    return table
