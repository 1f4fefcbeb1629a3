"""The table of a comparison as LaTeX, for a paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inpaint_zoo.evaluation.report.columns import MAIN_COLUMNS
from inpaint_zoo.evaluation.report.content import Report
from inpaint_zoo.evaluation.report.estimates import is_tied
from inpaint_zoo.evaluation.report.markdown import intervals
from inpaint_zoo.evaluation.report.notes import (
    estimate_notes,
    protocol_line,
    protocol_notes,
    reader_notes,
)
from inpaint_zoo.evaluation.report.rows import COLUMN_BINS, columns_with_values, num_images
from inpaint_zoo.evaluation.report.seeds import over_seeds, seeds_table
from inpaint_zoo.evaluation.report.tables import bin_table, by_bin, set_table
from inpaint_zoo.metrics.bins import ALL, BIN_TITLES
from inpaint_zoo.metrics.records import SummaryRow, summarise
from inpaint_zoo.tables import TIE_SIGN, tabular
from inpaint_zoo.tables.latex import escaped


def latex_table(report: Report) -> str:
    r"""A `table*` of metrics by bin with 95 % intervals; needs `\usepackage{booktabs}`.

    The best method of a bin is bold, the second is underlined, and methods not significantly different from the best
    have a dagger. Bins without images are left out and named in the caption; notes that a paper may not need are
    comments. Metrics of the whole set follow in a second `tabular`. Names keep their non-ASCII characters, which
    current TeX engines read as UTF-8.
    """
    rows = summarise(report.records)
    bins = [name for name in COLUMN_BINS if num_images(rows, name)]
    caption = _caption(report, rows)
    sets, seeds = set_table(report, rows), seeds_table(report, rows, bins, MAIN_COLUMNS)
    lines = [
        r"% needs \usepackage{booktabs}",
        *(f"% {' '.join(note.split())}" for note in reader_notes(report, rows) if note not in caption),
        r"\begin{table*}",
        r"\centering",
        rf"\caption{{{escaped(' '.join(caption))}}}",
        r"\footnotesize",
        r"\setlength{\tabcolsep}{3pt}",
        *tabular(by_bin(report, rows, bins, MAIN_COLUMNS, intervals)),
        *(["", r"\medskip", *tabular(seeds)] if seeds.rows else []),
        *(["", r"\medskip", *tabular(sets)] if len(sets.columns) > 1 else []),
        r"\end{table*}",
    ]
    return "\n".join(lines) + "\n"


def latex_column(report: Report) -> str:
    r"""A `table` that fits one column of a paper: all images, one row per method, one column per metric.

    The best method is bold, the second is underlined, and methods not significantly different from the best have a
    dagger. Methods with several seeds, `NAME@SEED`, have a row of their mean and standard deviation, too.
    """
    rows = summarise(report.records)
    columns = columns_with_values(rows, MAIN_COLUMNS)
    plain = bin_table(report, rows, ALL, columns, lambda *_: {})
    lines = [
        r"% needs \usepackage{booktabs}",
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{escaped(_one_sentence(report, rows))}}}",
        r"\footnotesize",
        r"\setlength{\tabcolsep}{4pt}",
        *tabular(replace(plain, rows=[*plain.rows, *over_seeds(rows, ALL, columns)])),
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _one_sentence(report: Report, rows: Sequence[SummaryRow]) -> str:
    protocol = protocol_line(report)
    tied = any(is_tied(estimate) for estimate in report.estimates.values())
    mark = f", {TIE_SIGN} not significantly different from the best" if tied else ""
    return (
        f"{num_images(rows, ALL)} images{f', {protocol}' if protocol else ''}; best in bold, second underlined{mark}."
    )


def _caption(report: Report, rows: Sequence[SummaryRow]) -> list[str]:
    protocol = protocol_line(report)
    title = f"{report.title}{f' ({protocol})' if protocol else ''}."
    legend = "Best in bold, second underlined, 95 % intervals in brackets."
    empty = [name for name in COLUMN_BINS if not num_images(rows, name)]
    without = [f"No images: {', '.join(BIN_TITLES[name] for name in empty)}."] if empty else []
    return [title, legend, *without, *estimate_notes(report), *protocol_notes(report)]
