"""One model of a table, and its renderers: terminal, Markdown, LaTeX, HTML and CSV."""

from inpaint_zoo.tables.csv_text import csv_text
from inpaint_zoo.tables.html import html
from inpaint_zoo.tables.latex import tabular
from inpaint_zoo.tables.markdown import markdown, section
from inpaint_zoo.tables.model import MISSING, TIE_SIGN, Cell, Column, Row, Table, printable
from inpaint_zoo.tables.terminal import WIDTH, terminal

__all__ = [
    "MISSING",
    "TIE_SIGN",
    "WIDTH",
    "Cell",
    "Column",
    "Row",
    "Table",
    "csv_text",
    "html",
    "markdown",
    "printable",
    "section",
    "tabular",
    "terminal",
]
