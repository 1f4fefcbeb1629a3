"""Choosing among the rows of a summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inpaint_zoo.evaluation.report.columns import HOLE_PSNR
from inpaint_zoo.metrics.bins import ALL, BINS, NO_HOLE
from inpaint_zoo.metrics.records import SummaryRow
from inpaint_zoo.tables import Column

COLUMN_BINS = (*(name for name in BINS if name != NO_HOLE), NO_HOLE, ALL)
"""The bins of the papers in the order of a table's columns."""


def methods_of(rows: Iterable[SummaryRow]) -> list[str]:
    """Methods in the order of their rows."""
    return list(dict.fromkeys(row.method for row in rows))


def rows_of_bin(rows: Iterable[SummaryRow], bin_name: str) -> list[SummaryRow]:
    """One row a method."""
    return [row for row in rows if row.bin == bin_name]


def num_images(rows: Iterable[SummaryRow], bin_name: str) -> int:
    """Images of a bin, of the method that has most."""
    return max((row.num_images for row in rows_of_bin(rows, bin_name)), default=0)


def means_of(rows: Iterable[SummaryRow], bin_name: str, column: Column) -> dict[str, float | None]:
    """Means of one metric in one bin by method."""
    return {row.method: row.means[column.key] for row in rows_of_bin(rows, bin_name)}


def columns_with_values(rows: Sequence[SummaryRow], columns: Iterable[Column]) -> list[Column]:
    """Columns that have a mean for at least one method; all of them where there are no rows."""
    return [c for c in columns if not rows or any(row.means[c.key] is not None for row in rows)]


def distance(rows: Iterable[SummaryRow], method: str, reference: str, bin_name: str) -> str:
    """How far the mean PSNR over the hole of a method lies above that of another in one bin, in dB, as text."""
    values = means_of(rows, bin_name, HOLE_PSNR)
    own, others = values[method], values[reference]
    return HOLE_PSNR.show_signed(None if own is None or others is None else own - others)
