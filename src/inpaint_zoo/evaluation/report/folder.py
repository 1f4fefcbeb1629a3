"""A folder of results: all files of a report."""

from __future__ import annotations

from pathlib import Path

from inpaint_zoo.evaluation.report.content import Report
from inpaint_zoo.evaluation.report.grid import write_grid
from inpaint_zoo.evaluation.report.html import write_html
from inpaint_zoo.evaluation.report.latex import latex_column, latex_table
from inpaint_zoo.evaluation.report.markdown import markdown_table
from inpaint_zoo.evaluation.report.tables import csv_table
from inpaint_zoo.files.atomic import write_text
from inpaint_zoo.metrics.records import summarise, write_records, write_summary


def write_tables(report: Report, folder: Path) -> None:
    """Write records, means and a table: records.csv, summary.json, table.md, without images and page.

    Raises:
        InputError: The folder cannot be written.
    """
    write_records(report.records, folder / "records.csv")
    write_summary(summarise(report.records), folder / "summary.json")
    write_text(folder / "table.md", markdown_table(report))


def write_results(report: Report, folder: Path) -> list[Path]:
    """Write records, means, tables, image grid and page.

    Args:
        report: The content; without `estimates`, tables have means only.
        folder: Created where it is missing; files of the same names are replaced.

    Returns:
        The files in the order in which they are written: records.csv, summary.json, table.csv, table.md, table.tex,
        table_column.tex, grid.png, report.html.

    Raises:
        InputError: An image cannot be read, or the folder cannot be written.
    """
    names = (
        "records.csv", "summary.json", "table.csv", "table.md", "table.tex", "table_column.tex", "grid.png",
        "report.html",
    )  # fmt: skip
    records, summary, table, markdown, latex, column, grid, page = paths = [folder / name for name in names]
    write_records(report.records, records)
    write_summary(summarise(report.records), summary)
    write_text(table, csv_table(report))
    write_text(markdown, f"# {report.title}\n\n{markdown_table(report)}")
    write_text(latex, latex_table(report))
    write_text(column, latex_column(report))
    write_grid(report.cases, report.records, grid)
    write_html(report, page)
    return paths
