"""Reports of evaluations: tables, a grid of images, and a self-contained HTML page."""

from inpaint_zoo.evaluation.report.content import ProtocolCard, Report
from inpaint_zoo.evaluation.report.cost import Cost
from inpaint_zoo.evaluation.report.folder import write_results, write_tables
from inpaint_zoo.evaluation.report.grid import write_grid
from inpaint_zoo.evaluation.report.html import write_html
from inpaint_zoo.evaluation.report.images import Case
from inpaint_zoo.evaluation.report.latex import latex_table
from inpaint_zoo.evaluation.report.markdown import markdown_table
from inpaint_zoo.evaluation.report.tables import csv_table
from inpaint_zoo.evaluation.report.terminal import terminal_tables

__all__ = [
    "Case",
    "Cost",
    "ProtocolCard",
    "Report",
    "csv_table",
    "latex_table",
    "markdown_table",
    "terminal_tables",
    "write_grid",
    "write_html",
    "write_results",
    "write_tables",
]
