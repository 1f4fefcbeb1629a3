r"""Tables as LaTeX; they need `\usepackage{booktabs}`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from inpaint_zoo.tables.model import Cell, Table, printable

_SIGNS = str.maketrans(
    {sign: f"\\{sign}" for sign in "#$%&_{}"}
    | {
        "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
        "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
        "−": "$-$", "±": r"$\pm$", "≥": r"$\geq$", "≤": r"$\leq$", "×": r"$\times$",
        "∞": r"$\infty$", "†": r"$\dagger$", "↑": r"$\uparrow$", "↓": r"$\downarrow$",
        "σ": r"$\sigma$", "Σ": r"$\Sigma$", "²": "$^2$", "–": "--", "“": "``", "”": "''", "…": r"\dots{}",
        "\n": " ",
    }
)  # fmt: skip


def tabular(table: Table) -> list[str]:
    """Render a table as the lines of a `tabular`.

    The best value is bold, the second underlined, and values not significantly different from the best have a dagger.
    Groups of rows have a heading and are separated by rules; headings of columns have no arrow.
    """
    rows, titles = table.cells(), [column.title for column in table.columns]
    blocks = [("", rows)]
    if table.columns[0].groups:
        titles = titles[1:]
        blocks = [(name, [row[1:] for row in own]) for name, own in groupby(rows, key=lambda row: row[0].shown)]
    lines = [rf"\begin{{tabular}}{{l{'r' * (len(titles) - 1)}}}", r"\toprule", _line(map(_heading, titles))]
    for name, own in blocks:
        lines += [r"\midrule", *_block(name, own, len(titles))]
    return [*lines, r"\bottomrule", r"\end{tabular}"]


def escaped(text: str) -> str:
    """Escape a text for LaTeX; line breaks become spaces."""
    return printable(text).translate(_SIGNS)


def _heading(title: str) -> str:
    """A heading in which a number and its unit are not separated."""
    return re.sub(r"(?<=\d) (?=\\%)", r"\\,", escaped(title))


def _block(name: str, rows: Sequence[Sequence[Cell]], width: int) -> list[str]:
    lines = [[_cell(cell) for cell in row] for row in rows]
    if name and len(lines) == 1 and not lines[0][0]:
        return [_line([escaped(name), *lines[0][1:]])]  # a row whose only name is that of its group
    head = [rf"\multicolumn{{{width}}}{{l}}{{\emph{{{escaped(name)}}}}} \\"] if name else []
    return [*head, *map(_line, lines)]


def _cell(cell: Cell) -> str:
    command = r"\textbf" if cell.best else r"\underline" if cell.second else ""
    shown = f"{command}{{{escaped(cell.shown)}}}" if command else escaped(cell.shown)
    below = "".join(rf" {{\scriptsize {escaped(text)}}}" for text in cell.below.values())
    return shown + (r"$^\dagger$" if cell.tied else "") + below


def _line(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"
