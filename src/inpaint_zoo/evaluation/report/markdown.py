"""The tables of a comparison as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from inpaint_zoo.evaluation.report.columns import (
    HOLE_COLUMNS,
    IMAGE_COLUMNS,
    KNOWN_COLUMNS,
    KNOWN_L1,
    MAIN_COLUMNS,
    METHOD,
    METRIC,
)
from inpaint_zoo.evaluation.report.content import Report
from inpaint_zoo.evaluation.report.estimates import (
    TOO_FEW,
    estimate_of,
    estimate_text,
    has_too_few,
    p_text,
    signed_interval_text,
)
from inpaint_zoo.evaluation.report.notes import protocol_line, reader_notes
from inpaint_zoo.evaluation.report.rows import (
    COLUMN_BINS,
    columns_with_values,
    means_of,
    methods_of,
    num_images,
    psnr_difference,
)
from inpaint_zoo.evaluation.report.seeds import seeds_table
from inpaint_zoo.evaluation.report.tables import by_bin, mean_cells, set_table
from inpaint_zoo.evaluation.significance import Estimate
from inpaint_zoo.metrics.bins import ALL, BIN_TITLES, FINE_RATIO_BINS, NO_HOLE
from inpaint_zoo.metrics.records import SummaryRow, summarise
from inpaint_zoo.tables import MISSING, TIE_SIGN, Column, Row, Table, section
from inpaint_zoo.tables.markdown import escaped

_FINE_BINS = (*FINE_RATIO_BINS, NO_HOLE)
_IMAGES = Column("num_images", "Images")


def markdown_table(report: Report) -> str:
    """Means by bin and over seeds, differences, known pixels, metrics of the whole set, means per 10 %, and notes.

    Every table has a heading with the name of the protocol; empty tables are left out. The best method of a bin is
    bold, and methods not significantly different from it have a dagger.
    """
    rows = summarise(report.records)
    tables = [
        _means(report, rows),
        seeds_table(report, rows, COLUMN_BINS, (*HOLE_COLUMNS, *IMAGE_COLUMNS)),
        _differences(report, rows),
        *_optional(report, rows),
        _by_fine_bin(report, rows),
    ]
    notes = "".join(f"- {escaped(note)}\n" for note in reader_notes(report, rows))
    sections = [section(replace(table, subtitle=protocol_line(report))) for table in tables if table.rows]
    return "\n".join([*sections, f"## Notes\n\n{notes}"])


def intervals(_: str, column: Column, estimate: Estimate | None) -> Mapping[str, str]:
    """The confidence interval and the letters that follow a mean."""
    text = estimate_text(column, estimate)
    return {"interval": text} if text else {}


def _means(report: Report, rows: Sequence[SummaryRow]) -> Table:
    """Means by bin, and at the end the differences to the reference."""
    table = by_bin(report, rows, COLUMN_BINS, (*HOLE_COLUMNS, *IMAGE_COLUMNS), intervals)
    reference = report.reference
    if reference is None:
        return table
    title, others = f"PSNR hole − {reference}", [method for method in methods_of(rows) if method != reference]
    own = [[title, one, *(psnr_difference(rows, one, reference, name) for name in COLUMN_BINS)] for one in others]
    return replace(table, rows=[*table.rows, *own])


def _differences(report: Report, rows: Sequence[SummaryRow]) -> Table:
    """One group of rows per metric, with one row per method that is not the best."""
    names = ("Difference", "95 % interval", "p", "Significant", "Best")
    lines = []
    for column in columns_with_values(rows, (*HOLE_COLUMNS, *IMAGE_COLUMNS)):
        for method in methods_of(rows):
            estimate = estimate_of(report, ALL, method, column)
            if estimate is None or estimate.difference is None:
                continue
            found = estimate.difference
            numbers = [column.show_signed(found.value), signed_interval_text(column, found.interval), p_text(found.p)]
            significant = {True: "yes", False: f"no {TIE_SIGN}", None: MISSING}[found.significant]
            lines.append([column.heading, method, *numbers, significant, found.to])
    columns = (METRIC, METHOD, *(Column(name, name) for name in names))
    return Table("Differences to the best, all images", columns, lines)


def _optional(report: Report, rows: Sequence[SummaryRow]) -> Iterator[Table]:
    """Errors in known pixels, and metrics of the whole set."""
    columns, errors = columns_with_values(rows, KNOWN_COLUMNS), means_of(rows, ALL, KNOWN_L1)
    if columns:
        means = [means_of(rows, ALL, column) for column in columns]
        lines = [
            [method, MISSING if error is None else "changed" if error else "zero error"]
            + [column.show(own[method]) for column, own in zip(columns, means, strict=True)]
            for method, error in errors.items()
        ]
        heads = (METHOD, Column("known", "Known pixels", is_text=True), *columns)
        yield Table("Known pixels, all images", heads, lines)
    sets = set_table(report, rows)
    if len(sets.columns) > 1:
        counts = [str(row.num_images) for row in rows if row.bin == ALL]
        heads = (METHOD, _IMAGES, *sets.columns[1:])
        own = [[one, count, *scores] for count, (one, *scores) in zip(counts, sets.rows, strict=True)]
        yield replace(sets, columns=heads, rows=own)


def _by_fine_bin(report: Report, rows: Sequence[SummaryRow]) -> Table:
    """One group of rows per metric, one row per bin, one column per method; empty bins only in the first group."""
    methods = methods_of(rows)
    lines: list[Row] = []
    for number, column in enumerate(columns_with_values(rows, MAIN_COLUMNS)):
        for name in _FINE_BINS:
            count = num_images(rows, name)
            if count or number == 0:
                cells = mean_cells(report, rows, name, column, intervals)
                images = f"{count}, {TOO_FEW}" if has_too_few(report, name) else str(count or "no images")
                lines.append([column.heading, BIN_TITLES[name], images, *cells.values()])
    heads = (METRIC, Column("bin", "Hole", is_text=True), _IMAGES, *(Column(method, method) for method in methods))
    return Table("Means for every 10 % of hole pixels, with 95 % intervals", heads, lines)
