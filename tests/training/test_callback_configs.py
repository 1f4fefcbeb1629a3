"""What the configuration says about callbacks, and what a training makes of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from omegaconf import OmegaConf

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.training.callbacks import EMA
from inpaint_zoo.training.trainer import build_callbacks, build_trainer

Command = Callable[..., Any]
SMALL = [
    "experiment=tiny", "data=photographs", "data.size=32", "data.eval_repeats=1", "model.network.num_residual_blocks=1",
    "num_sample_images=0",
]  # fmt: skip
ORDER = [
    "LossLog", "FiniteLoss", "OptimizerSettings", "DiscriminatorCollapse", "ValidationMetrics", "RunSummary",
    "SampleImages", "StepProgress", "BestCheckpoint", "LastCheckpoint",
]  # fmt: skip


class Counts(pl.Callback):
    """Of somebody's own."""

    counted = 0

    def on_train_batch_end(self, *_: Any, **__: Any) -> None:
        Counts.counted += 1


class LogsOwn(pl.Callback):
    """Logs a metric of validation that is best, that is lowest, at the second step."""

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        pl_module.log("val/lpips", {1: 0.5, 2: 0.125, 3: 0.25, 4: 0.75}[trainer.global_step])


def names(*overrides: str) -> list[str]:
    return [type(callback).__name__ for callback in build_callbacks(compose_config("train", overrides))]


def test_they_are_built_in_their_order() -> None:
    assert names() == ORDER
    assert names("ema_decay=0.9") == [*ORDER[:3], "EMA", *ORDER[3:]]


def test_each_can_be_left_out_and_others_added() -> None:
    nodes = compose_config("train").callbacks
    for key, name in zip((key for key in nodes if key != "ema"), ORDER, strict=True):
        without = [other for other in ORDER if other != name]
        assert names(f"~callbacks.{key}") == names(f"callbacks.{key}=null") == without
    assert names("+callbacks.mine._target_=pytorch_lightning.callbacks.DeviceStatsMonitor")[-1] == "DeviceStatsMonitor"
    assert names("callbacks=null") == names("callbacks=none") == []
    assert names("callbacks=none", "+callbacks.one._target_=pytorch_lightning.callbacks.Timer") == ["Timer"]


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
    assert next(iter(build_callbacks(compose_config("train", ["callbacks.finite_loss.every=3"]))[1:2])).every == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("overrides", "missing"),
    [
        (["trainer.enable_progress_bar=false"], {"StepProgress"}),
        (["~callbacks.progress"], {"StepProgress"}),
        (["+trainer.enable_checkpointing=false"], {"BestCheckpoint", "LastCheckpoint"}),
        (["~callbacks.best_checkpoint", "~callbacks.last_checkpoint"], {"BestCheckpoint", "LastCheckpoint"}),
    ],
    ids=["progress", "no progress", "checkpoints", "no checkpoints"],
)
def test_nothing_of_lightning_s_stands_in_for_what_is_left_out(
    overrides: list[str], missing: set[str], tmp_path: Path
) -> None:
    config = compose_config("train", ["trainer.accelerator=cpu", "logger=null", *overrides])
    trainer: Any = build_trainer(config, tmp_path)
    assert {type(callback).__name__ for callback in trainer.callbacks} == set(ORDER) - missing
    assert trainer.loggers == []


def test_a_training_without_anything_around_its_steps(command: Command, tmp_path: Path) -> None:
    outcome = command(
        "train", *SMALL, "callbacks=none", "logger=null", "trainer.max_steps=2", f"run_dir={tmp_path}/run"
    )
    assert (outcome.code, outcome.err) == (0, "")
    assert {path.name for path in (tmp_path / "run").iterdir()} == {"config.yaml", "overrides.yaml", "result.json"}
    assert json.loads((tmp_path / "run" / "result.json").read_text())["value"] is None


def test_a_callback_of_somebody_s_own_is_called(command: Command, tmp_path: Path) -> None:
    node = f"+callbacks.counts._target_={Counts.__module__}.Counts"
    Counts.counted = 0
    outcome = command(
        "train", *SMALL, node, "callbacks.progress=null", "trainer.max_steps=2", f"run_dir={tmp_path}/run"
    )
    assert (outcome.code, outcome.err) == (0, "")
    assert Counts.counted == 2
    assert " step 2" not in outcome.out


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


@pytest.fixture
def by_lpips(command: Command, tmp_path: Path) -> Any:
    settings = ["monitor=val/lpips", "mode=min", f"+callbacks.own._target_={LogsOwn.__module__}.LogsOwn"]
    settings += ["trainer.max_steps=4", "trainer.val_check_interval=1", f"run_dir={tmp_path}/run"]
    return command("train", *SMALL, *settings)


def test_the_best_checkpoint_follows_monitor_and_mode(by_lpips: Any, command: Command, tmp_path: Path) -> None:
    assert (by_lpips.code, by_lpips.err) == (0, "")
    assert torch.load(tmp_path / "run" / "best.ckpt", weights_only=True)["global_step"] == 2
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert (result["metric"], result["value"], result["step"]) == ("val/lpips", 0.125, 4)
    table = command("runs", f"root={tmp_path}", f"output={tmp_path}/runs.csv")
    assert table.code == 0
    assert "val/lpips" in table.out
    assert "0.1250" in table.out
    with (tmp_path / "runs.csv").open() as file:
        assert [row["val/lpips"] for row in csv.DictReader(file)] == ["0.125"]


def test_a_monitor_that_no_validation_logs_is_named_with_what_there_is(command: Command, tmp_path: Path) -> None:
    arguments = [*SMALL, "trainer.max_steps=2", "trainer.val_check_interval=1", f"run_dir={tmp_path}/run"]
    outcome = command("train", *arguments, "monitor=val/pnsr")
    assert outcome.code == 2
    assert outcome.err.startswith(
        "inpaint-zoo train: error: monitor=val/pnsr was logged by no validation, did you mean 'val/psnr'? (known: "
    )
    assert outcome.err.count("\n") == 1
    assert "val/hole_psnr, " in outcome.err
    assert command("train", *arguments, "ckpt_path=last").code == 0


def test_a_training_that_goes_on_by_another_metric_finds_the_best_by_that(
    by_lpips: Any, command: Command, tmp_path: Path
) -> None:
    settings = ["monitor=val/l1", "mode=min", "~callbacks.run_summary", "trainer.val_check_interval=1"]
    arguments = ["train", *SMALL, *settings, "trainer.max_steps=5", f"run_dir={tmp_path}/run", "ckpt_path=last"]
    outcome = command(*arguments)
    assert (outcome.code, outcome.err) == (0, "")
    assert torch.load(tmp_path / "run" / "best.ckpt", weights_only=True)["global_step"] == 5
    assert json.loads((tmp_path / "run" / "result.json").read_text())["metric"] == "val/l1"


def test_a_validation_before_the_first_step_changes_nothing(command: Command, tmp_path: Path) -> None:
    states = []
    for number in (0, 2):
        run_dir = tmp_path / str(number)
        arguments = [f"trainer.num_sanity_val_steps={number}", "trainer.max_steps=2", "ema_decay=0.9"]
        outcome = command("train", *SMALL, *arguments, f"run_dir={run_dir}")
        assert (outcome.code, outcome.err) == (0, "")
        states.append(torch.load(run_dir / "last.ckpt", weights_only=True)["state_dict"])
        assert (tmp_path / "0" / "metrics.csv").read_text() == (run_dir / "metrics.csv").read_text()
    assert all(torch.equal(value, states[1][name]) for name, value in states[0].items())
