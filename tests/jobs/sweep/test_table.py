from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inpaint_zoo.jobs.sweep.outcome import Outcome
from inpaint_zoo.jobs.sweep.table import best_of, show, table_of, write_tables
from inpaint_zoo.training.monitor import Monitor

Command = Callable[..., Any]
COMMON = ["train", "-m", "data=photographs", "experiment=tiny"]
PSNR, L1 = Monitor(), Monitor("val/l1", "min")


def outcome(number: int, best: float | None, varied: dict[str, str], monitor: Monitor = PSNR) -> Outcome:
    return Outcome(number, varied, "finished", monitor, best, 10, 1.5, "a remark")


@pytest.mark.parametrize(("monitor", "best"), [(PSNR, 2), (L1, 1)])
def test_the_best_follows_the_mode(monitor: Monitor, best: int) -> None:
    values = (None, 0.25, 0.75, 0.5)
    outcomes = [outcome(number, value, {}, monitor) for number, value in enumerate(values)]
    found = best_of(outcomes)
    assert found is not None
    assert found.number == best
    marked = [row[2].best for row in table_of(outcomes).cells()]
    assert marked == [number == best for number in range(4)]
    assert best_of(outcomes[:1]) is None


def test_the_column_is_named_after_the_monitor_of_a_job_with_a_value() -> None:
    outcomes = [outcome(0, None, {}), outcome(1, 0.5, {}, L1)]
    assert "val/l1" in [column.key for column in table_of(outcomes).columns]


def test_the_csv_file_holds_exact_values_and_all_keys(tmp_path: Path) -> None:
    outcomes = [outcome(0, 20.123456789, {"seed": "0"}), outcome(1, None, {"model": "misf"})]
    write_tables(tmp_path, outcomes, "tune")
    assert {path.name for path in tmp_path.iterdir()} == {"tune.csv", "tune.md"}
    with (tmp_path / "tune.csv").open(newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["val/psnr"], first["seed"], first["model"], first["remark"]) == ("20.123456789", "0", "", "a remark")
    assert (second["val/psnr"], second["seed"], second["model"]) == ("", "", "misf")


def test_short_titles_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    show([outcome(0, 20.0, {"model.optimizer.lr": "1e-3", "a.size": "1", "b.size": "2"})])
    heading = capsys.readouterr().out.split("1e-3")[0]
    assert "optimizer" not in heading
    assert "a.size" in heading
    assert "b.size" in heading


@pytest.mark.parametrize("count", [1, 2, 6])
def test_the_terminal_table_is_at_most_80_wide(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    keys = {f"model.network.argument_{number}": "0.0001" for number in range(count)}
    show([outcome(number, 20.0 + number, keys) for number in range(3)])
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert all(out.count(f"argument_{number}") == (3 if count > 2 else 1) for number in range(count))
