"""The table of a comparison as LaTeX, for a paper."""

from __future__ import annotations

from collections.abc import Sequence

from inpaint_zoo.metrics.bins import ALL, BIN_TITLES, NO_HOLE
from inpaint_zoo.metrics.records import SummaryRow, summarise
from inpaint_zoo.report.certain import certainty_of, interval_text, is_tied, set_columns, set_value
from inpaint_zoo.report.columns import MAIN_COLUMNS, Column
from inpaint_zoo.report.notes import certainty_notes, protocol_line, protocol_notes, reader_notes
from inpaint_zoo.report.report import Report
from inpaint_zoo.report.rows import COLUMN_BINS, columns_with_values, means_of, methods_of, num_pictures
from inpaint_zoo.statistics import Certainty

_SIGNS = str.maketrans(
    {sign: f"\\{sign}" for sign in "#$%&_{}"}
    | {
        "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
        "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
        "−": "$-$", "±": r"$\pm$", "≥": r"$\geq$", "≤": r"$\leq$", "×": r"$\times$",
        "∞": r"$\infty$", "†": r"$\dagger$",
        "σ": r"$\sigma$", "Σ": r"$\Sigma$", "²": "$^2$", "–": "--", "“": "``", "”": "''", "…": r"\dots{}",
        "\n": " ", "\r": " ",
    }
)  # fmt: skip
_TITLES = {NO_HOLE: "no hole", "60-100": r"$>$ 60\,\%", ALL: "all"}


def latex_table(report: Report) -> str:
    r"""A `table*` of metrics by bin with 95 % intervals; needs `\usepackage{booktabs}`.

    The best of a bin is bold, the second underlined, and a method that is not told apart from the best has a dagger.
    Bins without pictures are left out and named in the caption; notes that a paper may not need stand in comments.
    Metrics of the whole set follow as a second `tabular`.
    Names keep characters that are not ASCII, which current TeX engines read as UTF-8.
    """
    rows = summarise(report.records)
    bins = [name for name in COLUMN_BINS if num_pictures(rows, name)]
    caption = _caption(report, rows)
    lines = [
        r"% needs \usepackage{booktabs}",
        *(f"% {' '.join(note.split())}" for note in reader_notes(report, rows) if note not in caption),
        r"\begin{table*}",
        r"\centering",
        rf"\caption{{{escaped(' '.join(caption))}}}",
        r"\footnotesize",
        r"\setlength{\tabcolsep}{3pt}",
        *_tabular(["Method", *map(_bin_title, bins)], _blocks(report, rows, bins)),
        *_sets(report, rows),
        r"\end{table*}",
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text as LaTeX source that prints it; line breaks become spaces."""
    return text.translate(_SIGNS)


def _bin_title(name: str) -> str:
    return _TITLES.get(name, rf"{name.replace('-', '--')}\,\%")


def _caption(report: Report, rows: Sequence[SummaryRow]) -> list[str]:
    protocol = protocol_line(report)
    title = f"{report.title}{f' ({protocol})' if protocol else ''}."
    legend = "Best in bold, second underlined, 95 % intervals in brackets."
    empty = [name for name in COLUMN_BINS if not num_pictures(rows, name)]
    without = [f"No pictures: {', '.join(BIN_TITLES[name] for name in empty)}."] if empty else []
    return [title, legend, *without, *certainty_notes(report), *protocol_notes(report)]


def _tabular(head: Sequence[str], blocks: Sequence[Sequence[str]]) -> list[str]:
    """Blocks of lines with a rule between them."""
    lines = [rf"\begin{{tabular}}{{l{'r' * (len(head) - 1)}}}", r"\toprule", _line(head)]
    for block in blocks:
        lines += [r"\midrule", *block]
    return [*lines, r"\bottomrule", r"\end{tabular}"]


def _line(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"


def _blocks(report: Report, rows: Sequence[SummaryRow], bins: Sequence[str]) -> list[list[str]]:
    """The number of pictures, then a block a metric, headed by its name."""
    blocks = [[_line(["Pictures", *(str(num_pictures(rows, name)) for name in bins)])]]
    for column in columns_with_values(rows, MAIN_COLUMNS):
        cells = {name: _cells(report, rows, name, column) for name in bins}
        arrow = r"$\uparrow$" if column.higher_is_better else r"$\downarrow$"
        head = rf"\multicolumn{{{len(bins) + 1}}}{{l}}{{\emph{{{escaped(column.title)}}} {arrow}}} \\"
        own = [_line([escaped(method), *(cells[name][method] for name in bins)]) for method in methods_of(rows)]
        blocks.append([head, *own])
    return blocks


def _cells(report: Report, rows: Sequence[SummaryRow], bin_name: str, column: Column) -> dict[str, str]:
    means = means_of(rows, bin_name, column)
    best, second = column.best(means), column.second(means)
    cells = {}
    for method, mean in means.items():
        certainty = certainty_of(report, bin_name, method, column)
        shown = escaped(column.show(mean))
        command = r"\textbf" if method in best else r"\underline" if method in second else ""
        marked = f"{command}{{{shown}}}" if command else shown
        cells[method] = marked + (r"$^\dagger$" if is_tied(certainty) else "") + _interval(column, certainty)
    return cells


def _interval(column: Column, certainty: Certainty | None) -> str:
    return rf" {{\scriptsize {escaped(interval_text(column, certainty.interval))}}}" if certainty else ""


def _sets(report: Report, rows: Sequence[SummaryRow]) -> list[str]:
    columns = set_columns(report)
    if not columns:
        return []
    head = ["Method", *(escaped(column.title) for column in columns)]
    own = [_line([escaped(one), *(set_value(report, one, column) for column in columns)]) for one in methods_of(rows)]
    return ["", r"\medskip", *_tabular(head, [own])]
