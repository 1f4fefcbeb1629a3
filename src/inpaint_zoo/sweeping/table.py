"""One table of all trainings of a sweep or of a search: terminal, CSV, Markdown, plot."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from inpaint_zoo.files import write_bytes, write_text
from inpaint_zoo.sweeping.outcome import Outcome
from inpaint_zoo.sweeping.plot import draw
from inpaint_zoo.training.run_folder import METRIC

WIDTH = 80
_OTHER_COLUMNS = 52
"""Width of the columns that every table has."""


def best_of(outcomes: Sequence[Outcome]) -> Outcome | None:
    """The row with the highest value."""
    rated = [outcome for outcome in outcomes if outcome.best is not None]
    return max(rated, key=lambda outcome: outcome.best or 0.0, default=None)


def write_tables(folder: Path, outcomes: Sequence[Outcome], name: str = "sweep") -> None:
    """Write `sweep.csv`, `sweep.md` and, with Matplotlib, `sweep.png`; without it, print that it is missing."""
    write_text(folder / f"{name}.csv", csv_of(outcomes))
    write_text(folder / f"{name}.md", markdown_of(outcomes))
    try:
        write_bytes(folder / f"{name}.png", [draw(outcomes, METRIC)])
    except ModuleNotFoundError:
        print(f"no {name}.png without Matplotlib: pip install 'inpaint-zoo[sweeps]'")


def show(outcomes: Sequence[Outcome]) -> None:
    """Print the table at 80 columns, and why jobs failed below it."""
    console = Console(width=WIDTH, highlight=False)
    console.print(terminal_table(outcomes))


def terminal_table(outcomes: Sequence[Outcome]) -> Table:
    """The table; the best row is bold."""
    keys, best = _keys(outcomes), best_of(outcomes)
    titles = _short(keys)
    rows = [[outcome.varied.get(key, "") for key in keys] for outcome in outcomes]
    widths = [max(map(len, column)) + 3 for column in zip(titles, *rows, strict=True)]
    if sum(widths) > WIDTH - _OTHER_COLUMNS:  # too many for columns of their own
        rows = [["\n".join(f"{title}={text}" for title, text in zip(titles, row, strict=True))] for row in rows]
        titles = ["changed"]
    table = Table(box=box.SIMPLE_HEAD, caption_justify="left")
    table.add_column("folder", justify="right", no_wrap=True)
    for title in titles:
        table.add_column(Text(title), overflow="fold")
    table.add_column("state", no_wrap=True)
    for title in (METRIC, "step", "seconds"):
        table.add_column(title, justify="right", no_wrap=True)
    for outcome, row in zip(outcomes, rows, strict=True):
        number, *others, _ = _cells(outcome, [])
        table.add_row(*map(Text, [number, *row, *others]), style="bold" if outcome is best else "")
    return table


def csv_of(outcomes: Sequence[Outcome]) -> str:
    """A row for each job, with full numbers."""
    keys, text = _keys(outcomes), io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["folder", *keys, "state", METRIC, "step", "seconds", "remark"])
    for row in outcomes:
        numbers = ["" if number is None else number for number in (row.best, row.step, row.seconds)]
        writer.writerow([row.number, *(row.varied.get(key, "") for key in keys), row.state, *numbers, row.remark])
    return text.getvalue()


def markdown_of(outcomes: Sequence[Outcome]) -> str:
    """The table for a page of text; the best value is bold."""
    keys, best = _keys(outcomes), best_of(outcomes)
    lines = [_markdown_row(["folder", *keys, "state", METRIC, "step", "seconds", "remark"])]
    lines.append("|" + " --- |" * (len(keys) + 2) + " ---: |" * 3 + " --- |")
    for outcome in outcomes:
        cells = _cells(outcome, keys)
        if outcome is best:
            position = len(keys) + 2
            cells[position] = f"**{cells[position]}**"
        lines.append(_markdown_row(cells))
    return "\n".join(lines) + "\n"


def _cells(outcome: Outcome, keys: Sequence[str]) -> list[str]:
    best = "" if outcome.best is None else f"{outcome.best:.2f}"
    step = "" if outcome.step is None else str(outcome.step)
    seconds = "" if outcome.seconds is None else f"{outcome.seconds:.0f}"
    varied = [outcome.varied.get(key, "") for key in keys]
    return [str(outcome.number), *varied, outcome.state, best, step, seconds, outcome.remark]


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _keys(outcomes: Sequence[Outcome]) -> list[str]:
    return list(dict.fromkeys(key for outcome in outcomes for key in outcome.varied))


def _short(keys: Sequence[str]) -> list[str]:
    """The last parts of dotted keys, where they are told apart by them."""
    last = [key.rpartition(".")[2] for key in keys]
    return [short if last.count(short) == 1 else key for short, key in zip(last, keys, strict=True)]
