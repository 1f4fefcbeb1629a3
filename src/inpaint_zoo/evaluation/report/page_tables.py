"""The tables of the page: every mean with its interval and its differences to the best and to the reference."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from inpaint_zoo.evaluation.report.columns import ALL_COLUMNS
from inpaint_zoo.evaluation.report.content import Report
from inpaint_zoo.evaluation.report.estimates import TOO_FEW, estimate_text, has_too_few, p_text, signed_interval_text
from inpaint_zoo.evaluation.report.notes import LEAKS
from inpaint_zoo.evaluation.report.rows import means_of, num_images
from inpaint_zoo.evaluation.report.tables import bin_table
from inpaint_zoo.evaluation.significance import Estimate
from inpaint_zoo.metrics.bins import ALL, BIN_TITLES, BINS, FINE_BINS, NO_HOLE
from inpaint_zoo.metrics.records import SummaryRow
from inpaint_zoo.tables import MISSING, Column, Table


def all_tables(report: Report, rows: Sequence[SummaryRow]) -> dict[str, list[Table]]:
    """The tables by part of the page: all images, the bins of the papers, and bins of 10 %.

    Bins without images have tables without rows.
    """
    parts = {"everything": (ALL,), "wide": BINS, "fine": FINE_BINS}
    return {part: [_bin_table(report, rows, name) for name in bins] for part, bins in parts.items()}


def leak(report: Report) -> str:
    """The warning for every table of a protocol that leaks ground truth; otherwise empty."""
    return LEAKS if report.protocol is not None and report.protocol.leaks else ""


def _bin_table(report: Report, rows: Sequence[SummaryRow], name: str) -> Table:
    def below(method: str, column: Column, estimate: Estimate | None) -> dict[str, str]:
        texts = {} if estimate is None else _estimate_texts(column, estimate)
        to_reference = _to_reference(report.reference, method, column, means_of(rows, name, column))
        return texts | ({"to-reference": to_reference} if to_reference else {})

    table, count = bin_table(report, rows, name, ALL_COLUMNS, below), num_images(rows, name)
    # the background marks the best: a value that looks equal to it needs no dagger
    lines = [[one, *(replace(cell, tied=cell.tied and not cell.best) for cell in own)] for one, *own in table.cells()]
    title = {ALL: "All images", NO_HOLE: "No hole"}.get(name, f"{BIN_TITLES[name]} hole")
    note = f"{count} image{'' if count == 1 else 's'}{f', {TOO_FEW}' if has_too_few(report, name) else ''}"
    return replace(table, title=title, rows=lines, subtitle=leak(report), note=note)


def _estimate_texts(column: Column, estimate: Estimate) -> dict[str, str]:
    """The interval of a mean with its letters, and its difference to the best."""
    found, shown = estimate.difference, estimate_text(column, estimate)
    texts = {"interval": shown} if shown else {}
    if found is not None:
        interval = signed_interval_text(column, found.interval)
        p = "" if found.p is None else f"\np {p_text(found.p)}"
        texts["to-best"] = f"{column.show_signed(found.value)} {interval}{p}"
    return texts


def _to_reference(reference: str | None, method: str, column: Column, means: Mapping[str, float | None]) -> str:
    if reference is None or reference not in means or reference == method:
        return ""
    own, other = means[method], means[reference]
    if own is None or other is None or own == other == math.inf:  # inf - inf is not defined
        return MISSING
    return column.show_signed(own - other)
