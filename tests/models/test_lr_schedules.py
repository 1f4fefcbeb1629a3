from __future__ import annotations

import io
import math
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import CONF_DIR, compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.lr_schedules import warmup_cosine

NAMES = sorted(path.stem for path in (CONF_DIR / "lr_schedule").glob("*.yaml"))
STEPS = 20


def training(name: str, *overrides: str) -> tuple[Any, Any]:
    """An optimizer with two groups, and the schedule that the command line would build."""
    config = compose_config("train", [f"lr_schedule={name}", f"trainer.max_steps={STEPS}", *overrides])
    groups = [{"params": [torch.nn.Parameter(torch.ones(2))], "lr": rate} for rate in (1.0, 0.1)]
    optimizer = torch.optim.Adam(groups)
    return optimizer, construct(config.model.lr_schedule)(optimizer)


def rates(optimizer: Any, schedule: Any, steps: int) -> list[list[float]]:
    seen = []
    for _ in range(steps):
        seen.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        schedule.step()
    return seen


def quick(name: str) -> list[str]:
    short = {
        "multi_step": ["milestones=[5,10]"],
        "linear_warmup": ["total_iters=8"],
        "warmup_cosine": ["warmup_steps=4"],
    }
    return [f"model.lr_schedule.{setting}" for setting in short.get(name, [])]


@pytest.mark.parametrize("name", NAMES)
def test_a_resumed_schedule_is_the_same_and_keeps_the_ratio_of_the_rates(name: str) -> None:
    whole = rates(*training(name, *quick(name)), STEPS)
    assert all(pair[1] == pytest.approx(0.1 * pair[0]) for pair in whole)
    optimizer, schedule = training(name, *quick(name))
    first = rates(optimizer, schedule, 7)
    file = io.BytesIO()
    torch.save([optimizer.state_dict(), schedule.state_dict()], file)
    file.seek(0)
    optimizer, schedule = training(name, *quick(name))
    for part, state in zip((optimizer, schedule), torch.load(file, weights_only=True), strict=True):
        part.load_state_dict(state)
    assert first + rates(optimizer, schedule, STEPS - 7) == whole


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("constant", {0: 1.0, 19: 1.0}),
        ("cosine", {0: 1.0, 10: 0.5, 19: (1 + math.cos(math.pi * 19 / 20)) / 2}),
        ("exponential", {0: 1.0, 10: 0.99999**10}),
        ("linear_decay", {0: 1.0, 10: 0.5, 19: 0.05}),
        ("linear_warmup", {0: 0.001, 8: 1.0, 19: 1.0}),
        ("multi_step", {0: 1.0, 4: 1.0, 5: 0.1, 10: 0.01}),
        ("warmup_cosine", {0: 0.25, 3: 1.0, 4: 1.0, 12: 0.5}),
    ],
)
def test_rates(name: str, expected: dict[int, float]) -> None:
    whole = rates(*training(name, *quick(name)), STEPS)
    assert {step: whole[step][0] for step in expected} == pytest.approx(expected)


def test_the_lowest_rate_stays() -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=2.0)
    whole = rates(optimizer, warmup_cosine(optimizer, warmup_steps=0, total_steps=4, end_factor=0.25), 7)
    assert whole[0] == [2.0]
    assert whole[4] == whole[6] == [pytest.approx(0.5)]


def test_a_warm_up_longer_than_the_training_is_refused() -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=2.0)
    with pytest.raises(InputError, match="the warm-up must be shorter than the training"):
        warmup_cosine(optimizer, warmup_steps=10, total_steps=10, end_factor=0.0)


def test_published_recipes_have_no_schedule() -> None:
    for path in (CONF_DIR / "model").glob("*.yaml"):
        assert OmegaConf.load(path).lr_schedule is None
