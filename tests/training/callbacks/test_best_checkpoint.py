from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch import tensor

from inpaint_zoo.training.callbacks.best_checkpoint import BestCheckpoint, best_score

Command = Callable[..., Any]
SMALL = [
    "experiment=tiny", "data=photographs", "data.size=32", "data.eval_repeats=1", "model.network.num_residual_blocks=1",
    "num_sample_images=0",
]  # fmt: skip


class LogsOwn(pl.Callback):
    """Logs a metric of validation that is best, that is lowest, at the second step."""

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        pl_module.log("val/lpips", {1: 0.5, 2: 0.125, 3: 0.25, 4: 0.75}[trainer.global_step])


def keeper(folder: Path, *, mode: str = "max") -> BestCheckpoint:
    callback = BestCheckpoint(monitor="val/psnr", mode=mode)
    callback.dirpath = str(folder)
    return callback


def stored(folder: Path, value: float) -> dict[str, Any]:
    """The state of a training whose best checkpoint, with this value, lies in a folder."""
    folder.mkdir()
    path = str(folder / "best.ckpt")
    Path(path).write_text("weights")
    callback = keeper(folder)
    callback.best_model_path = callback.kth_best_model_path = path
    callback.best_model_score = tensor(value)
    callback.best_k_models = {path: tensor(value)}
    return callback.state_dict()


def test_the_best_value_and_its_file_come_along_to_another_folder(tmp_path: Path) -> None:
    state, new = stored(tmp_path / "old", 21.5), keeper(tmp_path / "new")
    new.load_state_dict(state)
    assert new.best_model_path == new.kth_best_model_path == str(tmp_path / "new" / "best.ckpt")
    assert {path: float(value) for path, value in new.best_k_models.items()} == {new.best_model_path: 21.5}
    assert Path(new.best_model_path).read_text() == "weights"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["best.ckpt"]
    trainer: Any = SimpleNamespace(callbacks=[pl.Callback(), new])
    assert best_score(trainer) == 21.5


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    state = stored(tmp_path / "old", 21.5)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "best.ckpt").write_text("own")
    keeper(tmp_path / "new").load_state_dict(state)
    assert (tmp_path / "new" / "best.ckpt").read_text() == "own"


def test_the_best_value_of_another_metric_does_not_count(tmp_path: Path) -> None:
    lowest = keeper(tmp_path / "new", mode="min")
    lowest.load_state_dict(stored(tmp_path / "old", 21.5))
    trainer: Any = SimpleNamespace(callbacks=[lowest])
    assert best_score(trainer) is None
    assert not (tmp_path / "new").exists()


@pytest.fixture
def by_lpips(command: Command, tmp_path: Path) -> Any:
    settings = ["monitor=val/lpips", "mode=min", f"+callbacks.own._target_={LogsOwn.__module__}.LogsOwn"]
    settings += ["trainer.max_steps=4", "trainer.val_check_interval=1", f"run_dir={tmp_path}/run"]
    settings += [f"allow=[{LogsOwn.__module__}]"]
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


@pytest.mark.parametrize("steps", [2, 1])
def test_a_monitor_that_no_validation_logs_is_named_with_what_there_is(
    command: Command, tmp_path: Path, steps: int
) -> None:
    arguments = [*SMALL, f"trainer.max_steps={steps}", "trainer.val_check_interval=1", f"run_dir={tmp_path}/run"]
    outcome = command("train", *arguments, "monitor=val/pnsr")
    assert outcome.code == 2
    assert outcome.err.startswith(
        "inpaint-zoo train: error: monitor=val/pnsr was logged by no validation, did you mean 'val/psnr'? (known: "
    )
    assert outcome.err.count("\n") == 1
    assert "val/hole_psnr, " in outcome.err
    assert command("train", *arguments, "ckpt_path=last", "monitor=val/psnr").code == 0


def test_a_training_resumed_with_another_metric_finds_the_best_by_that(
    by_lpips: Any, command: Command, tmp_path: Path
) -> None:
    settings = ["monitor=val/l1", "mode=min", "~callbacks.run_summary", "~callbacks.own"]
    settings += ["trainer.val_check_interval=1"]
    arguments = ["train", *SMALL, *settings, "trainer.max_steps=5", f"run_dir={tmp_path}/run", "ckpt_path=last"]
    outcome = command(*arguments)
    assert (outcome.code, outcome.err) == (0, "")
    assert torch.load(tmp_path / "run" / "best.ckpt", weights_only=True)["global_step"] == 5
    assert json.loads((tmp_path / "run" / "result.json").read_text())["metric"] == "val/l1"
