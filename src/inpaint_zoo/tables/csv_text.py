"""Tables as CSV."""

from __future__ import annotations

import csv
import io

from inpaint_zoo.tables.model import Table


def csv_text(table: Table) -> str:
    """A line with the keys of the columns, and one a row with unrounded values; names stay as they are."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.key for column in table.columns])
    writer.writerows([cell.shown if cell.value is None else cell.value for cell in row] for row in table.cells())
    return text.getvalue()
