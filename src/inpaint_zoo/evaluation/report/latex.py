"""The table of a comparison as LaTeX, for a paper."""

from __future__ import annotations

from collections.abc import Sequence

from inpaint_zoo.evaluation.report.columns import MAIN_COLUMNS
from inpaint_zoo.evaluation.report.content import Report
from inpaint_zoo.evaluation.report.markdown import intervals
from inpaint_zoo.evaluation.report.notes import (
    estimate_notes,
    protocol_line,
    protocol_notes,
    reader_notes,
)
from inpaint_zoo.evaluation.report.rows import COLUMN_BINS, num_images
from inpaint_zoo.evaluation.report.tables import by_bin, set_table
from inpaint_zoo.metrics.bins import BIN_TITLES
from inpaint_zoo.metrics.records import SummaryRow, summarise
from inpaint_zoo.tables import tabular
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
    sets = set_table(report, rows)
    lines = [
        r"% needs \usepackage{booktabs}",
        *(f"% {' '.join(note.split())}" for note in reader_notes(report, rows) if note not in caption),
        r"\begin{table*}",
        r"\centering",
        rf"\caption{{{escaped(' '.join(caption))}}}",
        r"\footnotesize",
        r"\setlength{\tabcolsep}{3pt}",
        *tabular(by_bin(report, rows, bins, MAIN_COLUMNS, intervals)),
        *(["", r"\medskip", *tabular(sets)] if len(sets.columns) > 1 else []),
        r"\end{table*}",
    ]
    return "\n".join(lines) + "\n"


def _caption(report: Report, rows: Sequence[SummaryRow]) -> list[str]:
    protocol = protocol_line(report)
    title = f"{report.title}{f' ({protocol})' if protocol else ''}."
    legend = "Best in bold, second underlined, 95 % intervals in brackets."
    empty = [name for name in COLUMN_BINS if not num_images(rows, name)]
    without = [f"No images: {', '.join(BIN_TITLES[name] for name in empty)}."] if empty else []
    return [title, legend, *without, *estimate_notes(report), *protocol_notes(report)]
