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
    """Lines of a `tabular`: the best is bold, the second underlined, what is not told apart has a dagger.

    Groups of rows are headed by their name and parted by rules; headings have no arrow.
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
    """Text as LaTeX source that prints it; line breaks become spaces."""
    return printable(text).translate(_SIGNS)


def _heading(title: str) -> str:
    """A number and its unit stay together."""
    return re.sub(r"(?<=\d) (?=\\%)", r"\\,", escaped(title))


def _block(name: str, rows: Sequence[Sequence[Cell]], width: int) -> list[str]:
    lines = [[_cell(cell) for cell in row] for row in rows]
    if name and len(lines) == 1 and not lines[0][0]:
        return [_line([escaped(name), *lines[0][1:]])]  # a row that is named by its group alone
    head = [rf"\multicolumn{{{width}}}{{l}}{{\emph{{{escaped(name)}}}}} \\"] if name else []
    return [*head, *map(_line, lines)]


def _cell(cell: Cell) -> str:
    command = r"\textbf" if cell.best else r"\underline" if cell.second else ""
    shown = f"{command}{{{escaped(cell.shown)}}}" if command else escaped(cell.shown)
    below = "".join(rf" {{\scriptsize {escaped(text)}}}" for text in cell.below.values())
    return shown + (r"$^\dagger$" if cell.tied else "") + below


def _line(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"
