"""What the configuration says about callbacks, and what a training makes of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from omegaconf import OmegaConf

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.training.callbacks import EMA
from inpaint_zoo.training.trainer import build_callbacks

Command = Callable[..., Any]
SMALL = [
    "experiment=tiny", "data=photographs", "data.size=32", "data.eval_repeats=1", "model.network.num_residual_blocks=1",
    "num_sample_images=0",
]  # fmt: skip


class Counts(pl.Callback):
    """Of somebody's own."""

    counted = 0

    def on_train_batch_end(self, *_: Any, **__: Any) -> None:
        Counts.counted += 1


def test_keys_at_the_top_and_in_the_trainer_reach_them() -> None:
    settings = ["trainer.log_every_n_steps=7", "checkpoint_every=5", "checkpoint_minutes=0.5", "num_worst_images=3"]
    settings += ["num_sample_images=2", "images_every=11", "monitor=val/l1", "mode=min", "ema_decay=0.75"]
    built: dict[str, Any] = {
        type(callback).__name__: callback for callback in build_callbacks(compose_config("train", settings))
    }
    assert {built[name].every for name in ("FiniteLoss", "DiscriminatorCollapse", "StepProgress")} == {7}
    last, images, best = built["LastCheckpoint"], built["SampleImages"], built["BestCheckpoint"]
    assert (last.every, last.seconds, last.agree_every) == (5, 30, 7)
    assert (images.num_images, images.every) == (2, 11)
    assert (built["RunSummary"].num_worst, best.monitor, best.mode) == (3, "val/l1", "min")
    assert isinstance(built["EMA"], EMA)
    assert next(iter(build_callbacks(compose_config("train", ["callbacks.finite_loss.every=3"]))[2:3])).every == 3  # type: ignore[attr-defined]


def test_a_training_without_anything_around_its_steps(command: Command, tmp_path: Path) -> None:
    outcome = command(
        "train", *SMALL, "callbacks=none", "logger=null", "trainer.max_steps=2", f"run_dir={tmp_path}/run"
    )
    assert (outcome.code, outcome.err) == (0, "")
    left = {"config.yaml", "overrides.yaml", "result.json", "training_images.json"}
    assert {path.name for path in (tmp_path / "run").iterdir()} == left
    assert json.loads((tmp_path / "run" / "result.json").read_text())["value"] is None


def test_a_callback_of_somebody_s_own_is_called(command: Command, tmp_path: Path) -> None:
    node = f"+callbacks.counts._target_={Counts.__module__}.Counts"
    Counts.counted = 0
    outcome = command(
        "train",
        *SMALL,
        node,
        f"allow=[{Counts.__module__}]",
        "callbacks.progress=null",
        "trainer.max_steps=2",
        f"run_dir={tmp_path}/run",
    )
    assert (outcome.code, outcome.err) == (0, "")
    assert Counts.counted == 2
    assert "MISF step 2" not in outcome.out


def test_the_overrides_are_kept_beside_the_configuration(command: Command, tmp_path: Path) -> None:
    given = [*SMALL, "trainer.max_steps=1", f"run_dir={tmp_path}/it's"]
    assert command("train", *given).code == 0
    kept: Any = OmegaConf.to_container(OmegaConf.load(tmp_path / "it's" / "overrides.yaml"))
    assert kept[:-1] == given[:-1]
    assert kept[-1].startswith("run_dir=")
    again = [text.replace("max_steps=1", "max_steps=2") for text in kept]
    assert command("train", *again, "ckpt_path=last").code == 0
    kept = OmegaConf.to_container(OmegaConf.load(tmp_path / "it's" / "overrides.yaml"))
    assert "trainer.max_steps=2" in kept
    assert any(text.startswith("ckpt_path=") for text in kept)


def rows(run_dir: Path) -> list[dict[str, str]]:
    """What was logged, but for what a clock has measured."""
    times = ("train/data_wait", "train/images_per_second")
    with (run_dir / "metrics.csv").open(newline="") as file:
        return [{key: value for key, value in row.items() if key not in times} for row in csv.DictReader(file)]


def test_a_validation_before_the_first_step_changes_nothing(command: Command, tmp_path: Path) -> None:
    states = []
    for number in (0, 2):
        run_dir = tmp_path / str(number)
        arguments = [f"trainer.num_sanity_val_steps={number}", "trainer.max_steps=2", "ema_decay=0.9"]
        outcome = command("train", *SMALL, *arguments, f"run_dir={run_dir}")
        assert (outcome.code, outcome.err) == (0, "")
        states.append(torch.load(run_dir / "last.ckpt", weights_only=True)["state_dict"])
    assert rows(tmp_path / "0") == rows(tmp_path / "2")
    assert all(torch.equal(value, states[1][name]) for name, value in states[0].items())
