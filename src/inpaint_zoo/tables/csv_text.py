"""Tables as CSV."""

from __future__ import annotations

import csv
import io

from inpaint_zoo.tables.model import Table


def csv_text(table: Table) -> str:
    """Render a table: a line with the keys of the columns, then one line per row with unrounded values."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.key for column in table.columns])
    writer.writerows([cell.shown if cell.value is None else cell.value for cell in row] for row in table.cells())
    return text.getvalue()
