"""Selections from the rows of a summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inpaint_zoo.evaluation.report.columns import HOLE_PSNR
from inpaint_zoo.metrics.bins import ALL, BINS, NO_HOLE
from inpaint_zoo.metrics.records import SummaryRow
from inpaint_zoo.tables import Column

COLUMN_BINS = (*(name for name in BINS if name != NO_HOLE), NO_HOLE, ALL)
"""The bins of the papers and all images, in the order of a table's columns."""


def methods_of(rows: Iterable[SummaryRow]) -> list[str]:
    """Names of the methods, in the order of their rows."""
    return list(dict.fromkeys(row.method for row in rows))


def rows_of_bin(rows: Iterable[SummaryRow], bin_name: str) -> list[SummaryRow]:
    """The rows of a bin, one per method."""
    return [row for row in rows if row.bin == bin_name]


def num_images(rows: Iterable[SummaryRow], bin_name: str) -> int:
    """Number of images in a bin; if methods differ, the largest."""
    return max((row.num_images for row in rows_of_bin(rows, bin_name)), default=0)


def means_of(rows: Iterable[SummaryRow], bin_name: str, column: Column) -> dict[str, float | None]:
    """Means of one metric in one bin by method."""
    return {row.method: row.means[column.key] for row in rows_of_bin(rows, bin_name)}


def columns_with_values(rows: Sequence[SummaryRow], columns: Iterable[Column]) -> list[Column]:
    """The columns with a mean for at least one method; all columns where there are no rows."""
    return [c for c in columns if not rows or any(row.means[c.key] is not None for row in rows)]


def psnr_difference(rows: Iterable[SummaryRow], method: str, reference: str, bin_name: str) -> str:
    """The difference of the mean PSNR over the hole between a method and the reference, in dB, as text."""
    values = means_of(rows, bin_name, HOLE_PSNR)
    own, others = values[method], values[reference]
    return HOLE_PSNR.show_signed(None if own is None or others is None else own - others)
