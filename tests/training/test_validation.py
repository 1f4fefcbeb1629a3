"""Validations, checkpoints and images at optimizer steps, whatever the batches of a step and of an epoch."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

Train = Callable[..., Any]


@pytest.fixture
def train(
    command: Callable[..., Any], small_network: Callable[[str], dict[str, int]], images: Callable[..., Path]
) -> Train:
    """`train(run_dir, *more)`: MISF, tiny, on 7 images in epochs of 3 batches."""
    network = [f"model.network.{key}={value}" for key, value in small_network("misf").items()]
    root = images(*(f"train/{number}.png" for number in range(7)), "val/0.png")
    fixed = ["experiment=tiny", "data.size=32", *network, f"data.root={root}"]
    return lambda run_dir, *more: command("train", *fixed, f"run_dir={run_dir}", *more)


def validated(run_dir: Path) -> list[int]:
    """The optimizer steps before each validation."""
    with (run_dir / "metrics.csv").open(newline="") as file:
        return [int(row["step"]) for row in csv.DictReader(file) if row["val/psnr"]]


def rows(run_dir: Path) -> list[dict[str, str]]:
    """What was logged, but for what a clock has measured."""
    times = ("train/data_wait", "train/images_per_second")
    with (run_dir / "metrics.csv").open(newline="") as file:
        return [{key: value for key, value in row.items() if key not in times} for row in csv.DictReader(file)]


def shown(run_dir: Path) -> list[int]:
    return sorted(int(path.stem.removeprefix("step_")) for path in (run_dir / "images").iterdir())


@pytest.mark.parametrize(
    ("accumulated", "interval", "expected"),
    [
        (1, 4, [4, 8]),
        (1, 3, [3, 6, 8]),
        (2, 4, [4, 8]),  # an epoch ends with a step of one batch
        (4, 3, [3, 6, 8]),  # and here each epoch is one step
        (2, 100, [8]),
    ],
)
def test_everything_counts_optimizer_steps(
    train: Train, tmp_path: Path, accumulated: int, interval: int, expected: list[int]
) -> None:
    lengths = ["trainer.max_steps=8", f"trainer.val_check_interval={interval}"]
    outcome = train(tmp_path / "run", *lengths, f"trainer.accumulate_grad_batches={accumulated}")
    assert (outcome.code, outcome.err) == (0, "")
    assert validated(tmp_path / "run") == shown(tmp_path / "run") == expected
    assert torch.load(tmp_path / "run" / "last.ckpt", weights_only=True)["global_step"] == 8


def test_an_accumulating_training_resumes_with_the_same_validations(train: Train, tmp_path: Path) -> None:
    both = ["trainer.accumulate_grad_batches=2", "trainer.val_check_interval=3"]
    assert train(tmp_path / "whole", *both, "trainer.max_steps=8").code == 0
    assert train(tmp_path / "run", *both, "trainer.max_steps=6").code == 0
    assert train(tmp_path / "run", *both, "trainer.max_steps=8", "ckpt_path=auto").code == 0
    assert rows(tmp_path / "run") == rows(tmp_path / "whole")
    states = [torch.load(tmp_path / name / "last.ckpt", weights_only=True)["state_dict"] for name in ("run", "whole")]
    torch.testing.assert_close(*states, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (["trainer.max_epochs=2"], 6),
        (["trainer.max_epochs=4"], 12),  # more than experiment=tiny has steps
        (["trainer.max_epochs=3", "trainer.accumulate_grad_batches=2"], 6),
        (["trainer.max_epochs=3", "+trainer.limit_train_batches=2"], 6),
        (["trainer.max_epochs=3", "trainer.max_steps=4"], 4),
        (["trainer.max_epochs=1", "trainer.max_steps=40"], 3),
    ],
)
def test_a_length_in_epochs(train: Train, tmp_path: Path, more: list[str], expected: int) -> None:
    outcome = train(tmp_path / "run", *more, "lr_schedule=linear_decay")
    assert (outcome.code, outcome.err) == (0, "")
    assert f"\n{expected} steps of " in outcome.out
    assert validated(tmp_path / "run")[-1] == expected
    stored = torch.load(tmp_path / "run" / "last.ckpt", weights_only=True)
    assert stored["global_step"] == stored["lr_schedulers"][0]["total_iters"] == expected


def test_epochs_that_are_resumed_and_made_more(train: Train, tmp_path: Path) -> None:
    assert train(tmp_path / "whole", "trainer.max_epochs=3").code == 0
    assert train(tmp_path / "run", "trainer.max_epochs=1").code == 0
    outcome = train(tmp_path / "run", "trainer.max_epochs=3", "ckpt_path=last")
    assert outcome.code == 0
    assert "changed: trainer.max_epochs: 1 -> 3\n" in outcome.out
    states = [torch.load(tmp_path / name / "last.ckpt", weights_only=True)["state_dict"] for name in ("run", "whole")]
    torch.testing.assert_close(*states, rtol=0, atol=0)
    assert train(tmp_path / "none", "trainer.max_epochs=0").err.count("trainer.max_epochs=0 must be at least 1") == 1
