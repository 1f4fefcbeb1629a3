"""`inpaint-zoo runs`: the trainings below a folder, how far they are, and how good."""

from __future__ import annotations

import csv
import io
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from omegaconf import DictConfig
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from inpaint_zoo.cli import main
from inpaint_zoo.errors import InputError
from inpaint_zoo.files import write_text
from inpaint_zoo.suggestion import choose
from inpaint_zoo.training.monitor import Monitor, shown
from inpaint_zoo.training.run_folder import Run, State, find_runs, read_run

WIDTH = 80
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
"""What `sort` may be, and what it compares."""


def run(config: DictConfig) -> None:
    """Print the table."""
    root = Path(config.root).expanduser()
    order = choose(ORDERS, str(config.sort), "sort")
    if not root.is_dir():
        raise InputError(f"root: {root} is no folder: give root=DIR with trainings below it")
    found = sorted((read_run(folder) for folder in find_runs(root)), key=order)
    if config.output is not None:
        write_text(Path(config.output).expanduser(), _csv(found, root))
    if not found:
        print(f"no trainings below {root}")
        return
    console = Console(width=WIDTH, highlight=False)
    console.print(_table(found, root))
    for one in found:
        if one.remark:
            print(f"{_name(one, root)}: {one.remark}")
    counts = Counter(one.state for one in found)
    print(f"{len(found)} in {root}: " + ", ".join(f"{counts[state]} {state}" for state in State if counts[state]))


def _table(found: list[Run], root: Path) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("run", overflow="fold", min_width=12)
    for title in ("state", "model"):
        table.add_column(title, no_wrap=True)
    monitors = _monitors(found)
    for title in ("step", *(monitor.name for monitor in monitors)):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("changed", no_wrap=True)
    best = [monitor.best(_values(found, monitor)) for monitor in monitors]
    for one in found:
        cells = [
            Text(_folded(_name(one, root))),
            Text(one.state, style=_STYLES.get(one.state, "")),
            Text(one.model),
            Text(_steps(one)),
            *(
                Text(shown(one.best), style="bold" if one.best == value else "") if one.monitor == monitor else Text("")
                for monitor, value in zip(monitors, best, strict=True)
            ),
            Text("" if one.changed is None else _short(one.changed)),
        ]
        table.add_row(*cells)
    return table


def _csv(found: list[Run], root: Path) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    monitors = _monitors(found)
    names = [monitor.name for monitor in monitors]
    writer.writerow(["run", "state", "model", "step", "max_steps", *names, "changed", "remark"])
    for one in found:
        numbers: list[str | float] = ["" if number is None else number for number in (one.step, one.max_steps)]
        numbers += ["" if one.best is None or one.monitor != monitor else one.best for monitor in monitors]
        changed = "" if one.changed is None else time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(one.changed))
        writer.writerow([_name(one, root), one.state, one.model, *numbers, changed, one.remark])
    return text.getvalue()


def _monitors(found: list[Run]) -> list[Monitor]:
    """What the trainings are compared by, a column for each."""
    return list(dict.fromkeys(one.monitor for one in found))


def _values(found: list[Run], monitor: Monitor) -> Iterator[float]:
    return (one.best for one in found if one.best is not None and one.monitor == monitor)


def _name(one: Run, root: Path) -> str:
    return str(one.folder.relative_to(root))


def _folded(name: str) -> str:
    """Long paths on lines that end at a slash."""
    lines = [""]
    for part in re.findall(r"[^/]+/?", name):
        if lines[-1] and len(lines[-1]) + len(part) > _NAME_WIDTH:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _short(moment: float) -> str:
    """The time of what was today, else the date."""
    today = time.strftime("%Y-%m-%d")
    date = time.strftime("%Y-%m-%d", time.localtime(moment))
    return time.strftime("%H:%M", time.localtime(moment)) if date == today else date


def _steps(one: Run) -> str:
    done = "" if one.step is None else str(one.step)
    return f"{done}/{one.max_steps}" if one.max_steps is not None else done


if __name__ == "__main__":
    raise SystemExit(main(["runs", *sys.argv[1:]]))
