"""Tables as Markdown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from inpaint_zoo.tables.model import TIE_SIGN, Cell, Table, printable

_SIGNS = re.compile(r"[\\|*`<~&$]|>(?! \d)|\[(?![^\[\]()]*\](?![(\[:]))|\](?=[(\[:])|(?<![^\W_])_|_(?![^\W_])")
"""Signs that Markdown would interpret; not brackets without a link, `> 60`, or a `_` inside a word."""


def markdown(table: Table) -> str:
    """Render a table without its title and without padding; the best value is bold."""
    head, *rows = _lines(table)
    rule = ["---" if column.is_text else "---:" for column in table.columns]
    return "".join(f"{_joined(line)}\n" for line in (head, rule, *rows))


def section(table: Table) -> str:
    """Render a table below a heading of the second level, with aligned columns."""
    lines = _lines(table)
    widths = [max(map(_width, cells)) for cells in zip(*lines, strict=True)]
    texts = [column.is_text for column in table.columns]
    padded = [
        [_padded(cell, width, text) for cell, width, text in zip(line, widths, texts, strict=True)] for line in lines
    ]
    rule = ["-" * width if text else "-" * (width - 1) + ":" for width, text in zip(widths, texts, strict=True)]
    subtitle = f" ({escaped(table.subtitle)})" if table.subtitle else ""
    source = "".join(f"{_joined(line)}\n" for line in (padded[0], rule, *padded[1:]))
    return f"## {escaped(table.title)}{subtitle}\n\n{source}"


def escaped(text: str) -> str:
    """Escape a text for Markdown; line breaks become spaces."""
    return _SIGNS.sub(r"\\\g<0>", printable(text)).replace("\n", " ")


def _lines(table: Table) -> list[list[str]]:
    """Headings and rows; the name of a group is only in its first row."""
    lines, group = [list(map(escaped, table.headings))], None
    for row in table.cells():
        lines.append([_cell(cell) for cell in row])
        if table.columns[0].groups:
            lines[-1][0], group = "" if group == row[0].shown else lines[-1][0], row[0].shown
    return lines


def _cell(cell: Cell) -> str:
    shown = f"**{escaped(cell.shown)}**" if cell.best else escaped(cell.shown)
    return " ".join([shown, *map(escaped, cell.below.values())]) + (TIE_SIGN if cell.tied else "")


def _joined(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _padded(cell: str, width: int, text: bool) -> str:
    gap = " " * (width - _width(cell))
    return cell + gap if text else gap + cell


def _width(text: str) -> int:
    """Width of a text in columns of a terminal; wide East Asian characters take two."""
    return sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in text)
