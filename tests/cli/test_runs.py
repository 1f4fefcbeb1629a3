import csv
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inpaint_zoo.training.runs.lock import run_lock
from inpaint_zoo.training.runs.result import Result, write_result

Command = Callable[..., Any]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A finished, an interrupted, a failed training, and one of whom all files are damaged."""
    names = {
        "train/misf/2026-01-02_03-04-05": "misf",
        "sweep/first/0": "madf",
        "sweep/first/1": "ctsdg",
        "odd, [x]": "misf",
    }
    for number, (name, model) in enumerate(names.items()):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        target = f"inpaint_zoo.models.{model}.{model.upper()}"
        (folder / "config.yaml").write_text(f"model: {{_target_: {target}}}\ntrainer: {{max_steps: 1000}}\n")
        (folder / "metrics.csv").write_text(f"step,val/psnr\n{10 * number + 1},{20 + number}.5\n")
        for path in folder.iterdir():
            os.utime(path, (1e9 + number, 1e9 + number))
    write_result(tmp_path / "sweep/first/0", Result(metric="val/psnr", value=31.25, step=1000, config=""))
    (tmp_path / "sweep/first/1/failure.txt").write_text("train/l1 is not finite since batch 7\n")
    for path in (tmp_path / "odd, [x]").iterdir():
        path.write_bytes(b"\xff{")
    return tmp_path


def test_a_table_of_all_trainings(command: Command, root: Path) -> None:
    code, out, err = command("runs", f"root={root}", "sort=name")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    table = lines[: next(number for number, line in enumerate(lines) if ": " in line)]
    assert max(map(len, table)) <= 80
    states = [word for line in table for word in ("finished", "interrupted", "failed") if f" {word} " in line]
    assert states == ["interrupted", "finished", "failed", "interrupted"]
    assert any("1000/1000" in line and "31.25" in line and "madf" in line for line in table)
    assert any("1/1000" in line and "20.50" in line for line in table)
    assert "sweep/first/1: train/l1 is not finite since batch 7" in lines
    assert sum(line.startswith("odd, [x]: ") for line in lines) == 1
    assert lines[-1] == f"4 in {root}: 1 finished, 1 failed, 2 interrupted"


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("name", "odd, [x]"), ("date", "train/misf"), ("best", "sweep/first/0"),
        ("model", "odd"), ("step", "odd"),
        ("state", "sweep/first/1"),
    ],
)  # fmt: skip
def test_the_order(command: Command, root: Path, order: str, first: str) -> None:
    output = root / "out, (1).csv"
    assert command("runs", f"root={root}", f"sort={order}", f"output={output}").code == 0
    with output.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    assert rows[0]["run"].startswith(first)
    again = command("runs", f"root={root}", f"output={output}")
    assert (again.code, again.out) == (2, "")
    assert "exists: give force=true" in again.err
    assert command("runs", f"root={root}", f"output={output}", "force=true").code == 0


def test_a_running_training_is_told_apart(command: Command, root: Path) -> None:
    with run_lock(root / "train/misf/2026-01-02_03-04-05"):
        assert "1 running, 1 finished, 1 failed, 1 interrupted" in command("runs", f"root={root}").out


def test_dates_of_today_are_times(command: Command, root: Path) -> None:
    out = command("runs", f"root={root}").out
    assert time.strftime("%H:") in out
    assert "2001-09-09" in out


def test_mistakes(command: Command, tmp_path: Path) -> None:
    assert command("runs", f"root={tmp_path}").out == f"no trainings below {tmp_path}\n"
    assert command("runs", f"root={tmp_path / 'x'}")[::2] == (
        2, f"inpaint-zoo runs: error: root: {tmp_path / 'x'} is not a folder: give root=DIR with trainings below it\n"
    )  # fmt: skip
    assert "sort is one of name, date" in command("runs", f"root={tmp_path}", "sort=size").err
