"""A sweep that is started again while it runs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from omegaconf import DictConfig

from inpaint_zoo.jobs.run import run_verb
from inpaint_zoo.training.runs.result import Result, config_hash, write_result

COMMON = ["-m", "data=photographs", "experiment=tiny"]


def finish(folder: Path, config: DictConfig) -> float:
    write_result(folder, Result(metric="val/psnr", value=20.0, step=10, config=config_hash(config)))
    return 20.0


def states(folder: Path) -> list[str]:
    with (folder / "sweep.csv").open(newline="") as file:
        return [row["state"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("at", [0, 1])
def test_two_starts_share_the_jobs(tmp_path: Path, capsys: pytest.CaptureFixture[str], at: int) -> None:
    """The second starts while the first is at work on a job whose folder is still empty."""
    done: list[tuple[str, int]] = []
    arguments = [*COMMON, "seed=0,1,2", f"run_dir={tmp_path}"]

    def second(config: DictConfig) -> float:
        done.append(("second", config.seed))
        return finish(Path(config.run_dir), config)

    def first(config: DictConfig) -> float:
        if config.seed == at:
            assert run_verb("train", second, arguments) == 0
            assert states(tmp_path)[at] == "running"
        done.append(("first", config.seed))
        return finish(Path(config.run_dir), config)

    assert run_verb("train", first, arguments) == 0
    assert sorted(seed for _, seed in done) == [0, 1, 2]
    assert ("first", at) in done
    assert ("second", 2) in done
    assert states(tmp_path) == ["finished"] * 3
    assert not list(tmp_path.rglob("failure.txt"))
    out = capsys.readouterr().out
    assert f"job {at + 1} of 3 is at work in another process: seed={at}\n" in out
    assert "job 3 of 3 was finished by another process: seed=2\n" in out


def test_a_job_that_another_start_has_left_is_resumed(tmp_path: Path) -> None:
    checkpoints: list[str | None] = []

    def task(config: DictConfig) -> float:
        if config.seed == 0:  # meanwhile, another start of the sweep has begun job 1 and was interrupted
            (tmp_path / "1").mkdir()
            (tmp_path / "1" / "last.ckpt").touch()
        checkpoints.append(config.ckpt_path)
        return finish(Path(config.run_dir), config)

    assert run_verb("train", task, [*COMMON, "seed=0,1", f"run_dir={tmp_path}"]) == 0
    assert checkpoints == [None, "last"]


def test_another_sweep_in_the_same_folder_is_no_part_of_this_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def task(config: DictConfig) -> float:
        assert config.seed == 0
        (tmp_path / "1").mkdir()  # meanwhile, somebody has begun another training there
        (tmp_path / "1" / "config.yaml").write_text("seed: 6")
        return finish(Path(config.run_dir), config)

    assert run_verb("train", task, [*COMMON, "seed=0,1", f"run_dir={tmp_path}"]) == 2
    assert "job 2 of 2 failed: " in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "1").iterdir()] == ["config.yaml"]
