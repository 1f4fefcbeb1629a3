"""A resumed training: what it takes from its command, what from its checkpoint, and what it refuses."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from inpaint_zoo.training.runs.result import read_result

Train = Callable[..., Any]


@pytest.fixture
def train(
    command: Callable[..., Any], small_network: Callable[[str], dict[str, int]], images: Callable[..., Path]
) -> Train:
    """`train(run_dir, steps, *more)`: MISF, tiny, validated after every second step."""
    network = [f"model.network.{key}={value}" for key, value in small_network("misf").items()]
    fixed = ["experiment=tiny", "data.size=32", *network, f"data.root={images(*(f'{i}.png' for i in range(8)))}"]

    def call(run_dir: Path, steps: int, *more: str) -> Any:
        ends = [f"trainer.max_steps={steps}", "trainer.val_check_interval=2", f"run_dir={run_dir}"]
        return command("train", *fixed, *ends, *more)

    return call


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rates(run_dir: Path) -> list[float]:
    state = torch.load(run_dir / "last.ckpt", weights_only=True)["optimizer_states"][0]
    return [group["lr"] for group in state["param_groups"]]


def best(run_dir: Path) -> tuple[int, float | None]:
    result = read_result(run_dir)
    assert result is not None
    return torch.load(run_dir / "best.ckpt", weights_only=True)["global_step"], result.value


@pytest.mark.parametrize("how", ["moved", "elsewhere"])
def test_the_best_checkpoint_is_known_wherever_a_training_resumes(train: Train, tmp_path: Path, how: str) -> None:
    """At this rate weights are soon lost: what comes later is not better."""
    old, new, wild = tmp_path / "old", tmp_path / "new", "model.optimizer.lr=0.3"
    assert train(old, 6, wild).code == 0
    before = best(old)
    if how == "moved":
        old.rename(new)
        assert train(new, 8, wild, "ckpt_path=last").code == 0
    else:
        kept = contents(old)
        assert train(new, 8, wild, f"ckpt_path={old / 'last.ckpt'}").code == 0
        assert contents(old) == kept
    stored = torch.load(new / "last.ckpt", weights_only=True)["callbacks"]
    (keeper,) = (state for state in stored.values() if "best_model_path" in state)
    assert keeper["best_model_path"] == str(new / "best.ckpt")
    after = best(new)
    assert after == before if after[0] <= 6 else after[1] > before[1]


def test_settings_of_the_optimizer_are_those_that_are_given_now(train: Train, tmp_path: Path) -> None:
    assert train(tmp_path, 2).code == 0
    (before, slower) = rates(tmp_path)
    assert train(tmp_path, 4, "ckpt_path=last", "model.optimizer.lr=1e-6").code == 0
    assert rates(tmp_path) == [1e-6, pytest.approx(1e-6 * slower / before)]


@pytest.mark.parametrize(
    ("first", "then", "what"),
    [
        ((), ("lr_schedule=linear_decay",), "trained with Adam, this training has Adam and LinearLR"),
        (("lr_schedule=linear_decay",), (), "trained with Adam and LinearLR, this training has Adam:"),
        (("lr_schedule=cosine",), ("lr_schedule=cosine", "model.optimizer.lr=1e-6"), "model.optimizer.lr was 0.0001;"),
        ((), ("~model.optimizer.betas", "model.optimizer._target_=torch.optim.SGD"), "this training has SGD"),
    ],
)
def test_what_cannot_be_changed_is_refused_and_nothing_is_touched(
    train: Train, tmp_path: Path, first: tuple[str, ...], then: tuple[str, ...], what: str
) -> None:
    assert train(tmp_path, 2, *first).code == 0
    before = contents(tmp_path)
    done = train(tmp_path, 4, "ckpt_path=last", *then)
    assert done.code == 2
    assert what in done.err
    assert "start a new training from these weights with init_from=" in done.err
    assert contents(tmp_path) == before


def test_fewer_steps_than_there_are_and_commands_that_are_refused_touch_nothing(train: Train, tmp_path: Path) -> None:
    assert train(tmp_path, 4).code == 0
    before = contents(tmp_path)
    done = train(tmp_path, 2, "ckpt_path=last")
    assert done.code == 2
    assert "trainer.max_steps=2" in done.err
    assert "is at step 4 already" in done.err
    assert train(tmp_path, 4).code == 2
    assert contents(tmp_path) == before


def test_validations_keep_their_steps_when_a_training_is_made_longer(train: Train, tmp_path: Path) -> None:
    assert train(tmp_path, 3, "trainer.val_check_interval=3").code == 0
    assert train(tmp_path, 8, "ckpt_path=last").code == 0
    with (tmp_path / "metrics.csv").open(newline="") as file:
        steps = [row["step"] for row in csv.DictReader(file) if row["val/psnr"]]
    assert steps == ["2", "3", "5", "7"]
