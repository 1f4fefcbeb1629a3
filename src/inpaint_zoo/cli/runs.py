"""`inpaint-zoo runs`: list the trainings below a folder with their state, steps and best values."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from omegaconf import DictConfig
from rich.console import Console

from inpaint_zoo.checks import choose
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import writable_file, write_text
from inpaint_zoo.files.outputs import refuse_replacing
from inpaint_zoo.tables import WIDTH, Cell, Column, Table, csv_text, printable, terminal
from inpaint_zoo.training.monitor import Monitor, format_value
from inpaint_zoo.training.runs.status import Run, State, find_runs, read_run

_NAME_WIDTH = 26
_STYLES = {State.RUNNING: "green", State.FAILED: "red", State.INTERRUPTED: "yellow"}
_NOTHING = float("-inf")
ORDERS: dict[str, Callable[[Run], Any]] = {
    "name": lambda run: str(run.folder),
    "date": lambda run: run.changed or 0.0,
    "state": lambda run: (run.state, str(run.folder)),
    "model": lambda run: (run.model, str(run.folder)),
    "step": lambda run: _NOTHING if run.step is None else run.step,
    "best": lambda run: (run.monitor.name, run.monitor.rank(run.best)),
}
"""The choices of `sort`, with the key that each compares."""


def run(config: DictConfig) -> None:
    """Print the table."""
    root = Path(config.root).expanduser()
    order = choose(ORDERS, str(config.sort), "sort")
    if not root.is_dir():
        raise InputError(f"root: {root} is not a folder: give root=DIR with trainings below it")
    output = None if config.output is None else writable_file(config.output)
    if output is not None:
        refuse_replacing([output], force=config.force)
    found = sorted((read_run(folder) for folder in find_runs(root)), key=order)
    if output is not None:
        write_text(output, csv_text(_table(found, root)))
    if not found:
        print(f"no trainings below {root}")
        return
    console = Console(width=WIDTH, highlight=False)
    console.print(terminal(_table(found, root).without("max_steps", "remark")))
    for one in found:
        if one.remark:
            print(printable(f"{_name(one, root)}: {one.remark}"))
    counts = Counter(one.state for one in found)
    print(f"{len(found)} in {root}: " + ", ".join(f"{counts[state]} {state}" for state in State if counts[state]))


def _table(found: list[Run], root: Path) -> Table:
    """A row for each training, and a column for each metric that one of them monitors."""
    monitors = list(dict.fromkeys(one.monitor for one in found))
    texts, numbers = ("run", "state", "model"), ("step", "max_steps", *(monitor.name for monitor in monitors))
    columns = [
        *(Column(key, key, is_text=True) for key in texts),
        *(Column(key, key) for key in numbers),
        *(Column(key, key, is_text=True) for key in ("changed", "remark")),
    ]
    best = {
        monitor: monitor.best(one.best for one in found if one.best is not None and one.monitor == monitor)
        for monitor in monitors
    }
    return Table("", columns, [_row(one, root, best) for one in found])


def _row(one: Run, root: Path, best: Mapping[Monitor, float | None]) -> list[Cell | str]:
    changed = time.localtime(one.changed)
    value = Cell("") if one.best is None else Cell(format_value(one.best), str(one.best), one.best == best[one.monitor])
    return [
        Cell(_folded(_name(one, root)), _name(one, root)),
        Cell(one.state, color=_STYLES.get(one.state, "")),
        one.model,
        Cell(_steps(one), "" if one.step is None else str(one.step)),
        "" if one.max_steps is None else str(one.max_steps),
        *(value if one.monitor == monitor else Cell("") for monitor in best),
        Cell("") if one.changed is None else Cell(_short(changed), time.strftime("%Y-%m-%dT%H:%M:%S", changed)),
        one.remark,
    ]


def _name(one: Run, root: Path) -> str:
    return str(one.folder.relative_to(root))


def _folded(name: str) -> str:
    """Break a long path into lines that end at a slash."""
    lines = [""]
    for part in re.findall(r"[^/]+/?", name):
        if lines[-1] and len(lines[-1]) + len(part) > _NAME_WIDTH:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _short(moment: time.struct_time) -> str:
    """The time if the moment was today, otherwise the date."""
    date = time.strftime("%Y-%m-%d", moment)
    return time.strftime("%H:%M", moment) if date == time.strftime("%Y-%m-%d") else date


def _steps(one: Run) -> str:
    done = "" if one.step is None else str(one.step)
    return f"{done}/{one.max_steps}" if one.max_steps is not None else done
