import csv
import statistics
from pathlib import Path

import pytest

from inpaint_zoo.jobs.sweep.outcome import Outcome
from inpaint_zoo.jobs.sweep.seeds import over_seeds
from inpaint_zoo.jobs.sweep.table import show, write_tables
from inpaint_zoo.training.monitor import Monitor

VALUES = {"misf": (20.0, 21.0, 23.5), "madf": (24.0, None, 25.0), "ctsdg": (None, 30.0, None)}


def outcomes(monitor: Monitor) -> list[Outcome]:
    jobs = [(name, seed, value) for name, values in VALUES.items() for seed, value in enumerate(values)]
    return [
        Outcome(number, {"model": name, "seed": str(seed)}, "finished", monitor, value, 10, 1.5, "")
        for number, (name, seed, value) in enumerate(jobs)
    ]


@pytest.mark.parametrize(("mode", "best"), [("max", "ctsdg"), ("min", "misf")])
def test_means_and_deviations_are_those_of_the_jobs_with_a_value(mode: str, best: str) -> None:
    monitor = Monitor("val/psnr", mode)
    table = over_seeds(outcomes(monitor), monitor)
    assert table is not None
    rows = {row[0].shown: row[1:] for row in table.cells()}
    assert [cell.value for cell in rows["misf"]] == ["21.5", str(statistics.stdev([20, 21, 23.5])), None]
    assert [cell.shown for cell in rows["misf"]] == ["21.50", "1.80", "3"]
    assert [cell.shown for cell in rows["madf"]] == ["24.50", "0.71", "2"]
    assert [cell.shown for cell in rows["ctsdg"]] == ["30.00", "–", "1"]
    assert [name for name, row in rows.items() if row[0].best] == [best]


def test_without_several_seeds_there_is_no_table() -> None:
    monitor = Monitor()
    every = outcomes(monitor)
    assert over_seeds([outcome for outcome in every if outcome.varied["seed"] == "0"], monitor) is None
    assert over_seeds([Outcome(0, {"model": "misf"}, "", monitor, 1.0, 1, 1.0, "")] * 2, monitor) is None
    assert over_seeds([], monitor) is None


def test_it_is_shown_and_written_below_the_jobs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    every = outcomes(Monitor())
    show(every)
    out = capsys.readouterr().out
    assert out.index("best validation of each job") < out.index("Over seeds")
    assert max(map(len, out.splitlines())) <= 80
    write_tables(tmp_path, every)
    assert "## Over seeds" in (tmp_path / "sweep.md").read_text()
    with (tmp_path / "sweep_seeds.csv").open(newline="") as file:
        assert [row["seeds"] for row in csv.DictReader(file)] == ["3", "2", "1"]
