"""Tables for a terminal."""

from __future__ import annotations

import rich.table
from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.text import Text

from inpaint_zoo.tables.model import TIE_SIGN, Cell, Column, Table, printable

WIDTH = 80
"""Width of a table in columns of a terminal, where its content allows it."""
_NARROWEST = 12
"""Smallest width of a column of long texts, which are broken into lines."""


def terminal(table: Table) -> rich.table.Table:
    """Render a table for rich: the best value is bold, and every text below a value is a line of its own."""
    cells = table.cells()
    drawn = rich.table.Table(box=box.SIMPLE_HEAD, title_justify="left", caption_justify="left")
    title = printable("\n".join(filter(None, (table.title, table.subtitle))))
    if title:
        # Text, not str: rich would interpret names in brackets as markup
        drawn.title = Text(title)
        # without it, the title is broken where its table is narrow
        drawn.min_width = min(WIDTH, max(map(len, title.splitlines())))
    if table.note:
        drawn.caption = Text(printable(table.note))
    for place, column in enumerate(table.columns):
        _add_column(drawn, column, [row[place] for row in cells])
    signs = any(cell.tied for row in cells for cell in row)
    for row in cells:
        places = zip(table.columns, row, strict=True)
        drawn.add_row(*(_text(cell, signs and not column.is_text) for column, cell in places))
    console = Console(width=10 * WIDTH)
    if Measurement.get(console, console.options, drawn).maximum > WIDTH:
        drawn.padding, drawn.pad_edge = (0, 0, 0, 1), False
    return drawn


def _add_column(drawn: rich.table.Table, column: Column, cells: list[Cell]) -> None:
    heading = Text(printable(column.heading))
    if column.is_text:
        longest = max((len(line) for cell in cells for line in cell.shown.splitlines()), default=0)
        drawn.add_column(heading, overflow="fold", min_width=min(_NARROWEST, longest))
    else:
        drawn.add_column(heading, justify="right", no_wrap=True)


def _text(cell: Cell, signs: bool) -> Text:
    """A cell; with `signs`, values without a dagger get a space instead, so that digits are aligned."""
    text = Text(printable(cell.shown), style="bold green" if cell.best else cell.color)
    text.append((TIE_SIGN if cell.tied else " ") if signs else "")
    for line in cell.below.values():
        text.append(f"\n{printable(line)}{' ' if signs else ''}", style="not bold dim default")
    return text
