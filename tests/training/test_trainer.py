from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytorch_lightning.callbacks import Timer

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.training.checkpoint_io import AtomicCheckpoints
from inpaint_zoo.training.trainer import build_callbacks, build_trainer

ORDER = [
    "Telemetry", "LossLog", "FiniteLoss", "OptimizerSettings", "DiscriminatorCollapse", "ValidationMetrics",
    "RunSummary", "SampleImages", "StepProgress", "BestCheckpoint", "LastCheckpoint",
]  # fmt: skip


def names(*overrides: str) -> list[str]:
    return [type(callback).__name__ for callback in build_callbacks(compose_config("train", overrides))]


def test_they_are_built_in_their_order() -> None:
    assert names() == ORDER
    assert names("ema_decay=0.9") == [*ORDER[:4], "EMA", *ORDER[4:]]


def test_each_can_be_left_out_and_others_added() -> None:
    nodes = compose_config("train").callbacks
    for key, name in zip((key for key in nodes if key not in ("activation_checkpointing", "ema")), ORDER, strict=True):
        without = [other for other in ORDER if other != name]
        assert names(f"~callbacks.{key}") == names(f"callbacks.{key}=null") == without
    assert names("+callbacks.mine._target_=pytorch_lightning.callbacks.DeviceStatsMonitor")[-1] == "DeviceStatsMonitor"
    assert names("callbacks=null") == names("callbacks=none") == []
    assert names("callbacks=none", "+callbacks.one._target_=pytorch_lightning.callbacks.Timer") == ["Timer"]


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


@pytest.mark.parametrize(("steps", "interval"), [(100, 7), (7, 7), (3, 3)])
def test_validation_is_never_later_than_the_last_step(steps: int, interval: int, tmp_path: Path) -> None:
    settings = [f"trainer.max_steps={steps}", "trainer.val_check_interval=7", "trainer.accelerator=cpu"]
    trainer: Any = build_trainer(compose_config("train", ["callbacks=none", "logger=none", *settings]), tmp_path)
    assert trainer.val_check_interval == interval
    assert trainer.default_root_dir == str(tmp_path)
    assert isinstance(trainer.strategy.checkpoint_io, AtomicCheckpoints)


def test_a_switch_removes_callbacks_of_its_class_only() -> None:
    nodes = ["+callbacks.timer._target_=pytorch_lightning.callbacks.Timer", "+trainer.enable_checkpointing=false"]
    (built,) = build_callbacks(compose_config("train", ["callbacks=none", *nodes]))
    assert isinstance(built, Timer)


def test_tasks_of_slurm_without_tasks_per_node_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLURM_NTASKS", "SLURM_JOB_ID"):
        monkeypatch.setenv(name, "4")
    monkeypatch.setenv("SLURM_JOB_NAME", "x")
    monkeypatch.delenv("SLURM_NTASKS_PER_NODE", raising=False)
    settings = ["callbacks=none", "logger=none", "trainer=ddp", "trainer.accelerator=cpu", "trainer.devices=4"]
    with pytest.raises(InputError, match="--ntasks-per-node"):
        build_trainer(compose_config("train", settings), tmp_path)


def test_what_lightning_refuses_is_an_input_error(tmp_path: Path) -> None:
    settings = ["callbacks=none", "logger=none", "trainer.accelerator=cpu", "trainer.devices=0"]
    with pytest.raises(InputError, match=r"^trainer: "):
        build_trainer(compose_config("train", settings), tmp_path)
