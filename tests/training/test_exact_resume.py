"""A training that was interrupted in any way and resumed ends in the same weights as an uninterrupted one."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch

from inpaint_zoo.bundles import list_bundles
from inpaint_zoo.errors import InputWarning
from inpaint_zoo.training.callbacks import LastCheckpoint
from inpaint_zoo.training.callbacks.stopping import SIGNALS
from inpaint_zoo.training.runs.result import read_result
from inpaint_zoo.zoo import list_models

Command = Callable[..., Any]
Train = Callable[..., Any]
NAMES = [f"{number}.png" for number in range(8)]  # 6 of them are for training: epochs of 3 batches
STEPS = 9
TIMES = ("train/data_wait", "train/images_per_second")
ALWAYS = ["trainer.val_check_interval=4", "checkpoint_every=3", "data.eval_repeats=1"]


class Killed(BaseException):
    """As sudden as an exception in the same process can be."""


@pytest.fixture
def arguments(
    small_network: Callable[[str], dict[str, int]], images: Callable[..., Path], tmp_path: Path
) -> Callable[..., list[str]]:
    """What follows `train` on the command line, by the model."""
    root = images(*NAMES)

    def given(run_dir: Path, *more: str, model: str = "misf", steps: int = STEPS) -> list[str]:
        network = [f"model.network.{key}={value}" for key, value in small_network(model).items()]
        settings = ["experiment=tiny", "data.size=32", f"model={model}", f"trainer.max_steps={steps}", *network]
        return [*settings, *ALWAYS, f"data.root={root}", f"run_dir={run_dir}", *more]

    return given


@pytest.fixture
def killed_after(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, int], None]]:
    """Let a hook of `LastCheckpoint` raise `Killed` at a step, after what it does, until `killed_after("", 0)`."""
    hooks = ("_write", "on_train_batch_start", "on_validation_start", "on_validation_end")
    kept = {name: getattr(LastCheckpoint, name) for name in hooks}

    def choose(name: str, step: int) -> None:
        for hook, original in kept.items():
            monkeypatch.setattr(LastCheckpoint, hook, original)

        def call(self: LastCheckpoint, trainer: pl.Trainer, *rest: Any, **named: Any) -> None:
            kept[name](self, trainer, *rest, **named)
            if trainer.global_step == step:
                raise Killed

        if name:
            monkeypatch.setattr(LastCheckpoint, name, call)

    return choose


def rows(run_dir: Path) -> list[dict[str, str]]:
    """What was logged, column by column, without what was not, and without what a clock has measured."""
    with (run_dir / "metrics.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    return [{key: value for key, value in row.items() if value and key not in TIMES} for row in read]


def assert_same_end(run_dir: Path, whole: Path) -> None:
    own, other = (torch.load(folder / "last.ckpt", weights_only=True) for folder in (run_dir, whole))
    assert own["global_step"] == other["global_step"] == STEPS
    for part in ("state_dict", "optimizer_states", "lr_schedulers"):
        torch.testing.assert_close(own[part], other[part], rtol=0, atol=0, equal_nan=True)
    assert rows(run_dir) == rows(whole)
    best = [torch.load(folder / "best.ckpt", weights_only=True)["global_step"] for folder in (run_dir, whole)]
    assert best[0] == best[1]
    result = read_result(run_dir)
    assert result is not None
    assert (result.value, result.step) == (read_result(whole).value, STEPS)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", list_models())
def test_a_training_that_was_killed_ends_as_if_it_had_not(
    command: Command, arguments: Callable[..., list[str]], killed_after: Any, tmp_path: Path, name: str
) -> None:
    """In the middle of an epoch; from 2 workers to 0; and again, at the step of a validation."""
    whole, run_dir = tmp_path / "whole", tmp_path / "run"
    assert command("train", *arguments(whole, model=name)).code == 0
    killed_after("on_train_batch_start", 5)
    with pytest.raises(Killed):
        command(
            "train", *arguments(run_dir, "data.num_workers=2" if name == "madf" else "data.num_workers=0", model=name)
        )
    assert torch.load(run_dir / "last.ckpt", weights_only=True)["global_step"] == 4
    killed_after("on_train_batch_start", 8)
    with pytest.raises(Killed):
        command("train", *arguments(run_dir, "ckpt_path=last", model=name))
    killed_after("", 0)
    assert command("train", *arguments(run_dir, "ckpt_path=last", model=name)).code == 0
    assert_same_end(run_dir, whole)


@pytest.mark.parametrize(
    "kill",
    [("_write", 4), ("_write", 6), ("on_validation_end", 4), ("on_validation_start", 4), ("on_validation_end", 8)],
)
def test_no_row_and_no_validation_is_lost_or_logged_twice(
    command: Command, arguments: Callable[..., list[str]], killed_after: Any, tmp_path: Path, kill: tuple[str, int]
) -> None:
    whole, run_dir = tmp_path / "whole", tmp_path / "run"
    assert command("train", *arguments(whole)).code == 0
    killed_after(*kill)
    with pytest.raises(Killed):
        command("train", *arguments(run_dir))
    killed_after("", 0)
    assert command("train", *arguments(run_dir, "ckpt_path=last")).code == 0
    assert_same_end(run_dir, whole)
    assert [row["step"] for row in rows(run_dir) if "val/psnr" in row] == ["4", "8", "9"]  # and the last step


@pytest.mark.parametrize("kill", [("_write", 3), ("on_validation_start", 6)])
def test_a_validation_at_the_end_of_an_epoch_belongs_to_that_epoch(
    command: Command, arguments: Callable[..., list[str]], killed_after: Any, tmp_path: Path, kill: tuple[str, int]
) -> None:
    whole, run_dir = tmp_path / "whole", tmp_path / "run"
    at_ends = "trainer.val_check_interval=3"
    assert command("train", *arguments(whole, at_ends)).code == 0
    killed_after(*kill)
    with pytest.raises(Killed):
        command("train", *arguments(run_dir, at_ends))
    killed_after("", 0)
    assert command("train", *arguments(run_dir, at_ends, "ckpt_path=last")).code == 0
    assert_same_end(run_dir, whole)
    assert [row["epoch"] for row in rows(run_dir) if "val/psnr" in row] == ["0", "1", "2"]


def test_a_training_killed_before_its_last_validation_ends_is_not_finished(
    command: Command, arguments: Callable[..., list[str]], killed_after: Any, tmp_path: Path
) -> None:
    whole, run_dir = tmp_path / "whole", tmp_path / "run"
    last = f"trainer.val_check_interval={STEPS}"
    assert command("train", *arguments(whole, last)).code == 0
    killed_after("on_validation_start", STEPS)
    with pytest.raises(Killed):
        command("train", *arguments(run_dir, last))
    assert read_result(run_dir) is None
    killed_after("", 0)
    assert command("train", *arguments(run_dir, last, "ckpt_path=last")).code == 0
    assert_same_end(run_dir, whole)


def test_a_finished_training_can_be_made_longer(
    command: Command, arguments: Callable[..., list[str]], tmp_path: Path
) -> None:
    whole, run_dir = tmp_path / "whole", tmp_path / "run"
    assert command("train", *arguments(whole)).code == 0
    assert command("train", *arguments(run_dir, steps=4)).code == 0
    assert command("train", *arguments(run_dir, "ckpt_path=last")).code == 0
    assert_same_end(run_dir, whole)


def test_a_moving_average_is_resumed(
    command: Command, arguments: Callable[..., list[str]], killed_after: Any, tmp_path: Path
) -> None:
    whole, run_dir = tmp_path / "whole", tmp_path / "run"
    assert command("train", *arguments(whole, "ema_decay=0.9")).code == 0
    killed_after("on_train_batch_start", 5)
    with pytest.raises(Killed):
        command("train", *arguments(run_dir, "ema_decay=0.9"))
    killed_after("", 0)
    assert command("train", *arguments(run_dir, "ema_decay=0.9", "ckpt_path=last")).code == 0
    assert_same_end(run_dir, whole)
    raw = [torch.load(folder / "last.ckpt", weights_only=True)["current_model_state"] for folder in (run_dir, whole)]
    torch.testing.assert_close(*raw, rtol=0, atol=0)


def test_a_damaged_last_checkpoint_is_replaced_by_the_one_before(
    command: Command, arguments: Callable[..., list[str]], killed_after: Any, tmp_path: Path
) -> None:
    whole, run_dir = tmp_path / "whole", tmp_path / "run"
    assert command("train", *arguments(whole)).code == 0
    killed_after("on_train_batch_start", 7)
    with pytest.raises(Killed):
        command("train", *arguments(run_dir))
    killed_after("", 0)
    data = (run_dir / "last.ckpt").read_bytes()
    (run_dir / "last.ckpt").write_bytes(data[: len(data) // 2])
    with pytest.warns(InputWarning, match=r"last\.ckpt cannot be read .* Resuming from .*/previous\.ckpt"):
        assert command("train", *arguments(run_dir, "ckpt_path=last")).code == 0
    assert_same_end(run_dir, whole)


def test_a_new_training_does_not_write_over_another(
    command: Command, arguments: Callable[..., list[str]], tmp_path: Path
) -> None:
    assert command("train", *arguments(tmp_path / "run", steps=1)).code == 0
    before = (tmp_path / "run" / "last.ckpt").read_bytes()
    outcome = command("train", *arguments(tmp_path / "run", steps=1))
    assert outcome.code == 2
    assert "holds a training: give ckpt_path=last to resume it, or another run_dir" in outcome.err
    assert (tmp_path / "run" / "last.ckpt").read_bytes() == before


@pytest.mark.parametrize("signum", [signal.Signals[name] for name in SIGNALS])
def test_a_signal_ends_a_training_that_can_go_on(
    command: Command, arguments: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, signum: int
) -> None:
    whole, run_dir = tmp_path / "whole", tmp_path / "run"
    assert command("train", *arguments(whole)).code == 0
    before = [signal.getsignal(signal.Signals[name]) for name in SIGNALS]

    def at_step_5(self: LastCheckpoint, trainer: pl.Trainer, *rest: Any, **named: Any) -> None:
        if trainer.global_step == 5:
            os.kill(os.getpid(), signum)
        original(self, trainer, *rest, **named)

    original = LastCheckpoint.on_train_batch_start
    with monkeypatch.context() as patch:
        patch.setattr(LastCheckpoint, "on_train_batch_start", at_step_5)
        outcome = command("train", *arguments(run_dir))
    assert outcome.code == 128 + signum
    name = {signal.SIGINT: "Ctrl-C"}.get(signum, signal.Signals(signum).name)
    assert outcome.err == f"inpaint-zoo train: stopped by {name} at step 6: resume with ckpt_path=last\n"
    assert [signal.getsignal(signal.Signals[name]) for name in SIGNALS] == before
    assert command("train", *arguments(run_dir, "ckpt_path=last")).code == 0
    assert_same_end(run_dir, whole)


def test_a_job_requeued_by_slurm_resumes(
    command: Command, arguments: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With a `scontrol` of our own, which writes down what it was asked."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "scontrol").write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\n')
    (tools / "scontrol").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    original = LastCheckpoint.on_train_batch_start

    def at_step_5(self: LastCheckpoint, trainer: pl.Trainer, *rest: Any, **named: Any) -> None:
        if trainer.global_step == 5:
            monkeypatch.setenv("SLURM_JOB_ID", "1234")
            os.kill(os.getpid(), signal.SIGUSR1)
        original(self, trainer, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr(LastCheckpoint, "on_train_batch_start", at_step_5)
        assert command("train", *arguments(tmp_path / "run")).code == 128 + signal.SIGUSR1
    assert (tmp_path / "asked").read_text() == "requeue 1234\n"
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    monkeypatch.setenv("SLURM_RESTART_COUNT", "1")
    assert command("train", *arguments(tmp_path / "run")).code == 0
    assert [row["step"] for row in rows(tmp_path / "run") if "train/loss" in row] == [
        str(step) for step in range(1, STEPS + 1)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", list_bundles())
def test_kill_9(command: Command, arguments: Callable[..., list[str]], tmp_path: Path, name: str) -> None:
    whole, run_dir = tmp_path / "whole", tmp_path / "run"
    assert command("train", *arguments(whole, "trainer.max_steps=200", "checkpoint_every=7", model=name)).code == 0
    call = [sys.executable, "-m", "inpaint_zoo", "train"]
    often = ("trainer.max_steps=200", "checkpoint_every=7")
    with subprocess.Popen([*call, *arguments(run_dir, *often, model=name)], stdout=subprocess.DEVNULL) as process:
        for _ in range(6000):
            if (run_dir / "previous.ckpt").exists() or process.poll() is not None:
                break
            time.sleep(0.02)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert command("train", *arguments(run_dir, *often, "ckpt_path=last", model=name)).code == 0
    own, other = (torch.load(folder / "last.ckpt", weights_only=True)["state_dict"] for folder in (run_dir, whole))
    torch.testing.assert_close(own, other, rtol=0, atol=0)
    assert rows(run_dir) == rows(whole)
