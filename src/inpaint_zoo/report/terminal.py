"""The tables of a comparison for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from inpaint_zoo.metrics.bins import ALL, BIN_TITLES
from inpaint_zoo.metrics.records import SummaryRow, summarise
from inpaint_zoo.report.certain import (
    TIE_SIGN,
    certainty_of,
    half_width_text,
    is_tied,
    p_text,
    set_columns,
    set_value,
)
from inpaint_zoo.report.columns import KNOWN_L1, MAIN_COLUMNS, Column
from inpaint_zoo.report.notes import protocol_line
from inpaint_zoo.report.report import Report
from inpaint_zoo.report.rows import COLUMN_BINS, distance, means_of, methods_of, num_pictures, rows_of_bin
from inpaint_zoo.statistics import SIGNIFICANCE

_KEY = (
    f"±: half of the 95 % interval. {TIE_SIGN}: not told apart from the best (p ≥ {SIGNIFICANCE}, or 0 lies in the "
    "interval of the difference)."
)


def terminal_tables(report: Report) -> list[Table]:
    """Means of each bin that has pictures and of all, then differences to the best, to the reference, and the rest.

    Each is within 80 columns.
    """
    rows = summarise(report.records)
    bins = [name for name in COLUMN_BINS if num_pictures(rows, name)]
    tables = [_means(report, rows, name) for name in bins]
    if any(_difference(report, method, column) for method in methods_of(rows) for column in MAIN_COLUMNS):
        tables.append(_differences(report, rows))
    if report.reference is not None:
        tables.append(_distances(report, report.reference, rows, bins))
    if any(means_of(rows, ALL, KNOWN_L1).values()):
        tables.append(_known_pixels(report, rows))
    if report.set_scores:
        tables.append(_sets(report, rows))
    return tables


def _table(report: Report, title: str, columns: Sequence[str]) -> Table:
    """An empty table; its title names the protocol."""
    # Text, not str: a name may hold what rich takes for markup
    protocol = protocol_line(report)
    whole = Text(f"{title}\n{protocol}" if protocol else title)
    table = Table(
        title=whole, title_justify="left", box=box.SIMPLE_HEAD, caption_justify="left", min_width=len(protocol) or None
    )
    table.add_column("Method", overflow="fold", min_width=12)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _means(report: Report, rows: Sequence[SummaryRow], name: str) -> Table:
    """Means, and below each half of its interval."""
    title = f"{BIN_TITLES[name]}, pictures: {num_pictures(rows, name)}"
    table = _table(report, title, [column.heading for column in MAIN_COLUMNS])
    if name == ALL:
        table.caption = Text(_key(report, rows))
    best = {column: column.best(means_of(rows, name, column)) for column in MAIN_COLUMNS}
    for row in rows_of_bin(rows, name):
        cells = [_mean(report, row, column, row.method in best[column]) for column in MAIN_COLUMNS]
        table.add_row(Text(row.method), *cells)
    return table


def _key(report: Report, rows: Sequence[SummaryRow]) -> str:
    """What the signs mean, and which bins have no table."""
    empty = ", ".join(BIN_TITLES[name] for name in COLUMN_BINS if not num_pictures(rows, name))
    return " ".join(([_KEY] if report.certainties else []) + ([f"No pictures: {empty}."] if empty else []))


def _mean(report: Report, row: SummaryRow, column: Column, best: bool) -> Text:
    certainty = certainty_of(report, row.bin, row.method, column)
    cell = Text(column.show(row.means[column.key]), style="bold green" if best else "")
    cell.append(TIE_SIGN if is_tied(certainty) else " " if report.certainties else "")
    if certainty is not None:
        cell.append(f"\n{half_width_text(column, certainty.interval)} ", style="not bold dim default")
    return cell


def _differences(report: Report, rows: Sequence[SummaryRow]) -> Table:
    table = _table(report, "Difference to the best and its p, all pictures", [c.title for c in MAIN_COLUMNS])
    for method in methods_of(rows):
        table.add_row(Text(method), *(_difference(report, method, column) for column in MAIN_COLUMNS))
    return table


def _difference(report: Report, method: str, column: Column) -> Text:
    certainty = certainty_of(report, ALL, method, column)
    if certainty is None or certainty.difference is None:
        return Text("best " if certainty is not None and certainty.is_best else "")
    found = certainty.difference
    cell = Text(column.show_signed(found.value) + (TIE_SIGN if is_tied(certainty) else " "))
    return cell.append(f"\n{p_text(found.p)} ", style="dim")


def _distances(report: Report, reference: str, rows: Sequence[SummaryRow], bins: Sequence[str]) -> Table:
    title = f"PSNR hole, distance to {reference} in dB"
    table = _table(report, title, [BIN_TITLES[name] for name in bins])
    for method in methods_of(rows):
        if method != reference:
            table.add_row(Text(method), *(distance(rows, method, reference, name) for name in bins))
    return table


def _known_pixels(report: Report, rows: Sequence[SummaryRow]) -> Table:
    """Only shown where a method changed them."""
    table = _table(report, "Known pixels, all pictures", [KNOWN_L1.heading])
    for method, mean in means_of(rows, ALL, KNOWN_L1).items():
        table.add_row(Text(method), KNOWN_L1.show(mean) if mean else "zero error")
    return table


def _sets(report: Report, rows: Sequence[SummaryRow]) -> Table:
    columns = set_columns(report)
    table = _table(report, "All pictures together", [column.heading for column in columns])
    for method in methods_of(rows):
        table.add_row(Text(method), *(set_value(report, method, column) for column in columns))
    return table
