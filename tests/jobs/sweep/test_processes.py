"""Sweeps in processes of their own: side by side, killed, with several processes for each job."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

TINY = [
    "data=photographs",
    "experiment=tiny",
    "data.eval_repeats=2",
    "trainer.val_check_interval=4",
    "checkpoint_every=2",
]
COMMAND = [sys.executable, "-m", "inpaint_zoo"]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "WANDB_MODE": "offline", "COLUMNS": "80"}


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [*COMMAND, *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, **pipes, text=True, env=ENVIRONMENT, start_new_session=True)  # type: ignore[call-overload, no-any-return]


def finish(*arguments: object) -> tuple[int, str, str]:
    process = start(*arguments)
    out, err = process.communicate(timeout=540)
    return process.returncode, out, err


def kill_when(path: Path, *arguments: object, signum: int = signal.SIGKILL) -> tuple[int, str, str]:
    """Start a command, and send a signal to all its processes when a file is there."""
    process = start(*arguments)
    try:
        while not path.exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
    finally:
        os.killpg(process.pid, signum)
    out, err = process.communicate(timeout=240)
    return process.returncode, out, err


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "sweep.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def same_weights(first: Path, second: Path) -> bool:
    states: list[dict[str, Any]] = [
        torch.load(folder / "last.ckpt", weights_only=True)["state_dict"] for folder in (first, second)
    ]
    assert states[0].keys() == states[1].keys()
    return all(torch.equal(value, states[1][key]) for key, value in states[0].items())


@pytest.mark.slow
def test_jobs_side_by_side(tmp_path: Path) -> None:
    together, alone = tmp_path / "together", tmp_path / "alone"
    common = [*TINY, "data.size=64", "trainer.max_steps=4", "trainer.log_every_n_steps=1"]
    sweep = ["train", "-m", *common, "seed=0,1", "model.optimizer.lr=1e-4,1e30"]  # the second one diverges
    code, out, err = finish(*sweep, f"run_dir={together}", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
    assert code == 2
    complaints = [line for line in err.splitlines() if line.startswith("job ")]
    assert [line[:18] for line in sorted(complaints)] == ["job 2 of 4 failed:", "job 4 of 4 failed:"]
    assert err.splitlines() == complaints
    assert [row["state"] for row in rows(together)] == ["finished", "failed"] * 2
    assert f"run folder: {together / '0'}" in (together / "logs" / "0.txt").read_text()
    assert "run folder" not in out
    assert " val/psnr " in out
    assert finish("train", *common, "seed=1", "model.optimizer.lr=1e-4", f"run_dir={alone}")[0] == 0
    assert same_weights(alone, together / "2")
    # what has finished is not started again, nor are processes for it
    code, out, _ = finish(*sweep, f"run_dir={together}", "hydra/launcher=joblib")
    assert out.count("is already finished") == 2
    assert code == 2


@pytest.mark.slow
def test_jobs_side_by_side_save_at_ctrl_c(tmp_path: Path) -> None:
    sweep = ["train", "-m", *TINY, "seed=0,1,2", "data.size=64", f"run_dir={tmp_path}"]
    parallel = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "trainer.max_steps=100000", "checkpoint_every=20"]
    code, _, err = kill_when(tmp_path / "1" / "last.ckpt", *sweep, *parallel, signum=signal.SIGINT)
    assert code == 130, err
    assert "the sweep was stopped by SIGINT: 0 of 3 jobs are finished" in err.splitlines()[-1]
    assert "Traceback" not in err
    assert [row["state"] for row in rows(tmp_path)][1:] == ["interrupted", "not started"]


@pytest.mark.slow
def test_a_sweep_that_was_killed_loses_nothing(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    sweep = ["train", "-m", *TINY, "seed=0,1,2", "data.size=64", "trainer.max_steps=14"]
    assert finish(*sweep, f"run_dir={whole}")[0] == 0
    assert kill_when(parts / "1" / "previous.ckpt", *sweep, f"run_dir={parts}")[0] == -signal.SIGKILL
    code, out, err = finish("runs", f"root={parts}", "sort=name")
    assert (code, err) == (0, "")
    assert "1 finished, 1 interrupted" in out
    first = (parts / "0" / "last.ckpt").stat().st_mtime_ns
    code, out, err = finish(*sweep, f"run_dir={parts}")
    assert (code, err) == (0, "")
    assert "job 1 of 3 is already finished" in out
    assert (parts / "0" / "last.ckpt").stat().st_mtime_ns == first
    for job in ("0", "1", "2"):
        assert same_weights(whole / job, parts / job)
        assert json.loads((parts / job / "result.json").read_text()) == json.loads(
            (whole / job / "result.json").read_text()
        )


@pytest.mark.slow
def test_all_at_once(tmp_path: Path) -> None:
    """A sweep of two models, each on two processes, followed by W&B, killed in its second job."""
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    sweep = ["train", "-m", *TINY, "model=misf,madf", "trainer=ddp", "trainer.accelerator=cpu", "trainer.devices=2"]
    sweep += ["logger=wandb", "trainer.max_steps=8"]
    code, _, err = finish(*sweep, f"run_dir={whole}")
    assert code == 0, err
    kill_when(parts / "1" / "last.ckpt", *sweep, f"run_dir={parts}")
    code, out, err = finish(*sweep, f"run_dir={parts}")
    assert code == 0, err
    assert "job 1 of 2 is already finished" in out
    assert sorted(path.name for path in parts.iterdir() if path.is_dir()) == ["0", "1", "logs"]
    ids = {job: (parts / job / "wandb_id.txt").read_text().strip() for job in ("0", "1")}
    assert ids["0"] != ids["1"]
    started = {
        job: {path.name.rpartition("-")[2] for path in (parts / job / "wandb").glob("offline-run-*")} for job in ids
    }
    assert started == {job: {run_id} for job, run_id in ids.items()}  # the killed run goes on as the same run
    for job in ("0", "1"):
        assert same_weights(whole / job, parts / job)
    assert [row["state"] for row in rows(parts)] == ["finished", "finished"]
