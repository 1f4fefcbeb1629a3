"""Tables as HTML, for a page that styles and sorts them."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from inpaint_zoo.tables.model import TIE_SIGN, Cell, Column, Table, printable


def html(table: Table) -> str:
    """Render a table inside an element that scrolls.

    CSS classes: those of columns and of the texts below a value; `best`, `number`, and `unseen` for screen readers.
    """
    title = escaped(table.title)
    subtitle = f' <strong class="tag">{escaped(table.subtitle)}</strong>' if table.subtitle else ""
    note = f' <span class="count">{escaped(table.note)}</span>' if table.note else ""
    lines = [
        f'<div class="scroll" tabindex="0" role="region" aria-label="{title}">',
        '<table class="sortable">',
        f"<caption><span>{title}{note}{subtitle}</span></caption>",
        f"<thead>\n<tr>{''.join(map(_heading, table.columns))}</tr>\n</thead>",
        "<tbody>",
        *(f"<tr>\n{''.join(_row(table, row))}</tr>" for row in table.cells()),
        "</tbody>\n</table>\n</div>\n",
    ]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Escape a text for HTML, also inside of attributes."""
    return escape(printable(text))


def _heading(column: Column) -> str:
    direction = {True: ' data-best="high"', False: ' data-best="low"', None: ""}[column.higher_is_better]
    kind = f' class="{escaped(column.kind)}"' if column.kind else ""
    return f'<th scope="col"{direction}{kind}>{escaped(column.heading)}</th>'


def _row(table: Table, row: list[Cell]) -> Iterator[str]:
    head, *others = row
    yield f'<th scope="row" data-value="{_value(head)}">{_name(head)}</th>\n'
    for column, cell in zip(table.columns[1:], others, strict=True):
        classes = escaped(" ".join(filter(None, (column.kind, "best" if cell.best else ""))))
        title = f'data-title="{escaped(column.heading)}"'  # shown beside the value where a page is narrow
        yield f'<td data-value="{_value(cell)}" {title} class="{classes}">\n{_number(cell)}'
        for kind, text in cell.below.items():
            lines = "<br>".join(map(escaped, text.split("\n")))
            yield f'<small class="{escaped(kind)}">{lines}</small>\n'
        yield "</td>\n"


def _name(cell: Cell) -> str:
    shown = f"<bdi>{escaped(cell.shown)}</bdi>"
    return f'<a href="{escaped(cell.link)}">{shown}</a>' if cell.link else shown


def _value(cell: Cell) -> str:
    return escaped(cell.shown if cell.value is None else cell.value)


def _number(cell: Cell) -> str:
    best = '<span class="unseen"> (best)</span>' if cell.best else ""
    tied = f'<abbr title="not significantly different from the best">{TIE_SIGN}</abbr>' if cell.tied else ""
    return f'<span class="number">{escaped(cell.shown)}{best}{tied}</span>\n'
