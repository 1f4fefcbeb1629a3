"""The table of a sweep or search: in the terminal, as CSV, as Markdown and as a plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from inpaint_zoo.files.atomic import write_text
from inpaint_zoo.jobs.sweep.outcome import Outcome
from inpaint_zoo.jobs.sweep.seeds import over_seeds
from inpaint_zoo.tables import (
    WIDTH,
    Cell,
    Column,
    Row,
    Table,
    csv_text,
    markdown,
    section,
    terminal,
)
from inpaint_zoo.training.monitor import Monitor, format_value

_OTHER_COLUMNS = 52
"""Width of the columns that every table has, in characters."""


def best_of(outcomes: Sequence[Outcome]) -> Outcome | None:
    """The outcome with the best value; None if no outcome has one."""
    rated = [outcome for outcome in outcomes if outcome.best is not None]
    return min(rated, key=lambda outcome: outcome.monitor.rank(outcome.best), default=None)


def _monitor(outcomes: Sequence[Outcome]) -> Monitor:
    """The metric by which rows are compared, taken from a job with a value: others may not have started."""
    best = best_of(outcomes)
    return Monitor() if best is None else best.monitor


def write_tables(folder: Path, outcomes: Sequence[Outcome], name: str = "sweep") -> None:
    """Write `sweep.csv` and `sweep.md`, and if there are several seeds, their means below and as `sweep_seeds.csv`."""
    table, means = table_of(outcomes), over_seeds(outcomes, _monitor(outcomes))
    write_text(folder / f"{name}.csv", csv_text(table))
    text = markdown(table)
    if means is not None:
        write_text(folder / f"{name}_seeds.csv", csv_text(means))
        text += f"\n{section(means)}\n{means.note}\n"
    write_text(folder / f"{name}.md", text)


def show(outcomes: Sequence[Outcome]) -> None:
    """Print the table at 80 columns, and below it the means over the seeds if there are several."""
    console = Console(width=WIDTH, highlight=False)
    monitor = _monitor(outcomes)
    table = _narrowed(table_of(outcomes).without("remark"), _keys(outcomes))
    note = f"{monitor.name}: the best validation of each job; the best of all is bold."
    console.print(terminal(replace(table, note=note)))
    means = over_seeds(outcomes, monitor)
    if means is not None:
        console.print(terminal(means))


def table_of(outcomes: Sequence[Outcome]) -> Table:
    """The table with a row for each job, in which the best value is marked."""
    keys, best = _keys(outcomes), best_of(outcomes)
    rows: list[Row] = [
        [
            str(outcome.number),
            *(outcome.varied.get(key, "") for key in keys),
            outcome.state,
            Cell("") if outcome.best is None else Cell(format_value(outcome.best), str(outcome.best), outcome is best),
            _number(outcome.step, "d"),
            _number(outcome.seconds, ".0f"),
            outcome.remark,
        ]
        for outcome in outcomes
    ]
    texts, numbers = [*keys, "state"], [_monitor(outcomes).name, "step", "seconds"]
    columns = [
        Column("folder", "folder"),
        *(Column(key, key, is_text=True) for key in texts),
        *(Column(key, key) for key in numbers),
        Column("remark", "remark", is_text=True),
    ]
    return Table("", columns, rows)


def _number(value: float | None, form: str) -> Cell:
    return Cell("") if value is None else Cell(format(value, form), str(value))


def _narrowed(table: Table, keys: Sequence[str]) -> Table:
    """The table with short titles; if it is still too wide for a terminal, one column holds all keys."""
    varied = [[cell.shown for cell in row[1 : 1 + len(keys)]] for row in table.cells()]
    titles = _short(keys)
    widths = [max(map(len, column)) + 3 for column in zip(titles, *varied, strict=True)]
    columns = [Column(key, title, is_text=True) for key, title in zip(keys, titles, strict=True)]
    if sum(widths) > WIDTH - _OTHER_COLUMNS:
        varied = [["\n".join(f"{title}={text}" for title, text in zip(titles, row, strict=True))] for row in varied]
        columns = [Column("changed", "changed", is_text=True)]
    others = 1 + len(keys)
    rows = [[row[0], *own, *row[others:]] for row, own in zip(table.rows, varied, strict=True)]
    return replace(table, columns=[table.columns[0], *columns, *table.columns[others:]], rows=rows)


def _keys(outcomes: Sequence[Outcome]) -> list[str]:
    return list(dict.fromkeys(key for outcome in outcomes for key in outcome.varied))


def _short(keys: Sequence[str]) -> list[str]:
    """The last part of each dotted key, if no other key has the same one; otherwise the whole key."""
    last = [key.rpartition(".")[2] for key in keys]
    return [short if last.count(short) == 1 else key for short, key in zip(last, keys, strict=True)]
