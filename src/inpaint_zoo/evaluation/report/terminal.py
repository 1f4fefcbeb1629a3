"""The tables of a comparison for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import rich.table

from inpaint_zoo.evaluation.report.columns import KNOWN_L1, MAIN_COLUMNS, METHOD
from inpaint_zoo.evaluation.report.content import Report
from inpaint_zoo.evaluation.report.estimates import (
    estimate_of,
    half_width_text,
    has_too_few,
    is_tied,
    p_text,
    too_few_note,
)
from inpaint_zoo.evaluation.report.notes import CORRECTION, protocol_line
from inpaint_zoo.evaluation.report.rows import COLUMN_BINS, means_of, methods_of, num_images, psnr_difference
from inpaint_zoo.evaluation.report.seeds import over_seeds
from inpaint_zoo.evaluation.report.tables import bin_table, set_table
from inpaint_zoo.evaluation.significance import SIGNIFICANCE, Estimate
from inpaint_zoo.metrics.bins import ALL, BIN_TITLES
from inpaint_zoo.metrics.records import SummaryRow, summarise
from inpaint_zoo.tables import TIE_SIGN, Cell, Column, Row, Table, terminal

_KEY = (
    f"±: half of the 95 % interval. {TIE_SIGN}: not significantly different from the best (p ≥ {SIGNIFICANCE}, or the "
    "interval of the difference contains 0)."
)
_LETTERS = "Letters for groups that cannot be told apart stand in table.md and report.html."


def terminal_tables(report: Report) -> list[rich.table.Table]:
    """Means by bin and over all images, then differences to the best and to the reference, and the other metrics.

    Each table is at most 80 columns wide.
    """
    rows = summarise(report.records)
    bins = [name for name in COLUMN_BINS if num_images(rows, name)]
    tables = [_means(report, rows, name) for name in bins]
    over = over_seeds(rows, ALL, MAIN_COLUMNS)
    if over:
        tables.append(Table("Means over seeds ± standard deviation, all images", (METHOD, *MAIN_COLUMNS), over))
    differences = _differences(report, rows)
    if any(cell.shown for _, *own in differences.cells() for cell in own):
        tables.append(differences)
    if report.reference is not None:
        tables.append(_to_reference(report.reference, rows, bins))
    if any(means_of(rows, ALL, KNOWN_L1).values()):
        tables.append(_known_pixels(rows))
    if report.set_scores:
        tables.append(set_table(report, rows))
    return [terminal(replace(table, subtitle=protocol_line(report))) for table in tables]


def _means(report: Report, rows: Sequence[SummaryRow], name: str) -> Table:
    """Means, and below each mean half the width of its interval."""
    table = bin_table(report, rows, name, MAIN_COLUMNS, _half_width)
    title = f"{BIN_TITLES[name]}, images: {num_images(rows, name)}"
    few = [too_few_note([name])] if has_too_few(report, name) else []
    return replace(table, title=title, note=" ".join([*few, *(_key(report, rows) if name == ALL else [])]))


def _half_width(_: str, column: Column, estimate: Estimate | None) -> Mapping[str, str]:
    interval = estimate and estimate.interval
    return {"interval": half_width_text(column, interval)} if interval else {}


def _key(report: Report, rows: Sequence[SummaryRow]) -> list[str]:
    """What the signs mean, and which bins have no images."""
    empty = ", ".join(BIN_TITLES[name] for name in COLUMN_BINS if not num_images(rows, name))
    signs = any(estimate.interval for estimate in report.estimates.values())
    return ([_KEY] if signs else []) + ([f"No images: {empty}."] if empty else [])


def _differences(report: Report, rows: Sequence[SummaryRow]) -> Table:
    columns = [METHOD, *(column._replace(higher_is_better=None) for column in MAIN_COLUMNS)]
    lines: list[Row] = [
        [one, *(_difference(report, one, column) for column in MAIN_COLUMNS)] for one in methods_of(rows)
    ]
    note = too_few_note([ALL]) if has_too_few(report, ALL) else f"{CORRECTION} {_LETTERS}"
    return Table("Difference to the best and its p value, all images", columns, lines, note=note)


def _difference(report: Report, method: str, column: Column) -> Cell:
    estimate = estimate_of(report, ALL, method, column)
    if estimate is None or estimate.difference is None:
        return Cell("best" if estimate is not None and estimate.is_best else "")
    found = estimate.difference
    below = {} if found.p is None else {"p": p_text(found.p)}
    return Cell(column.show_signed(found.value), tied=is_tied(estimate), below=below)


def _to_reference(reference: str, rows: Sequence[SummaryRow], bins: Sequence[str]) -> Table:
    columns = [METHOD, *(Column(name, BIN_TITLES[name]) for name in bins)]
    others = [method for method in methods_of(rows) if method != reference]
    lines = [[method, *(psnr_difference(rows, method, reference, name) for name in bins)] for method in others]
    return Table(f"PSNR hole, difference to {reference} in dB", columns, lines)


def _known_pixels(rows: Sequence[SummaryRow]) -> Table:
    """Errors in known pixels, shown only if a method changed some."""
    means = means_of(rows, ALL, KNOWN_L1).items()
    lines = [[method, KNOWN_L1.show(mean) if mean else "zero error"] for method, mean in means]
    return Table("Known pixels, all images", (METHOD, KNOWN_L1), lines)
