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
        (
            ("lr_schedule=multi_step",),
            ("lr_schedule=constant",),
            "trained with Adam and MultiStepLR, this training has Adam and ConstantLR:",
        ),
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
    assert steps == ["3", "4", "6", "8"]


def test_the_rest_of_the_command_is_that_of_the_run(train: Train, command: Any, tmp_path: Path) -> None:
    assert train(tmp_path / "whole", 4, "ema_decay=0.9", "seed=5").code == 0
    assert train(tmp_path / "run", 2, "ema_decay=0.9", "seed=5").code == 0
    outcome = command("train", f"run_dir={tmp_path / 'run'}", "ckpt_path=last", "trainer.max_steps=4")
    assert (outcome.code, outcome.err) == (0, "")
    assert [line for line in outcome.out.splitlines() if line.startswith("changed")] == [
        "changed: trainer.max_steps: 2 -> 4"
    ]
    states = [torch.load(tmp_path / name / "last.ckpt", weights_only=True)["state_dict"] for name in ("run", "whole")]
    torch.testing.assert_close(*states, rtol=0, atol=0)
    outcome = command("train", f"run_dir={tmp_path / 'run'}", "ckpt_path=last", "model=madf", "data.size=128")
    assert outcome.code == 2
    assert "holds the model misf, not madf" in outcome.err


SCHEDULES = {
    "linear_decay": ("total_iters", 2),
    "cosine": ("T_max", 2),
    "warmup_cosine": ("total_steps", 2),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_that_ends_before_the_training_is_refused(train: Train, tmp_path: Path, name: str) -> None:
    key, end = SCHEDULES[name]
    warm = ["model.lr_schedule.warmup_steps=1"] if name == "warmup_cosine" else []
    assert train(tmp_path, 2, f"lr_schedule={name}", *warm).code == 0
    before = contents(tmp_path)
    for again in ((), (f"lr_schedule={name}", *warm)):
        done = train(tmp_path, 6, "ckpt_path=last", *again)
        assert done.code == 2
        assert done.err == (
            f"inpaint-zoo train: error: ckpt_path: {tmp_path / 'last.ckpt'}: model.lr_schedule ends at step {end}, "
            f"this training at step 6: give a new schedule, such as model.lr_schedule.{key}=6 or lr_schedule=constant, "
            "or trainer.max_steps=2\n"
        )
    assert contents(tmp_path) == before
    assert train(tmp_path, 2, "ckpt_path=last").code == 0


def test_a_new_schedule_has_the_rates_of_a_training_that_had_it_from_the_start(train: Train, tmp_path: Path) -> None:
    (top, _), key = TOP_RATES, "model.lr_schedule.total_iters"
    assert train(tmp_path, 2, "lr_schedule=linear_decay").code == 0
    assert rates(tmp_path)[0] == 0
    assert train(tmp_path, 4, "ckpt_path=last", f"{key}=8").code == 0
    assert rates(tmp_path)[0] == pytest.approx(top / 2)
    assert train(tmp_path, 6, "ckpt_path=last").code == 0  # it is the schedule of this run from now on
    assert rates(tmp_path)[0] == pytest.approx(top / 4)
    done = train(tmp_path, 9, "ckpt_path=last")
    assert done.code == 2
    assert "model.lr_schedule ends at step 8" in done.err
    assert train(tmp_path, 10, "ckpt_path=last", "lr_schedule=constant").code == 0
    assert rates(tmp_path)[0] == pytest.approx(top)


TOP_RATES = (1e-4, 1e-5)


def test_an_ended_schedule_can_be_left_out(train: Train, tmp_path: Path) -> None:
    assert train(tmp_path, 2, "lr_schedule=cosine").code == 0
    assert train(tmp_path, 4, "ckpt_path=last", "model.lr_schedule=null", "model.optimizer.lr=1e-6").code == 0
    assert rates(tmp_path)[0] == 1e-6


def test_a_schedule_keeps_its_length_in_a_shorter_training(train: Train, tmp_path: Path) -> None:
    assert train(tmp_path, 2, "lr_schedule=linear_decay", "model.lr_schedule.total_iters=8").code == 0
    assert train(tmp_path, 4, "ckpt_path=last").code == 0
    assert rates(tmp_path)[0] == pytest.approx(TOP_RATES[0] / 2)
