from __future__ import annotations

import math
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch import nn

from inpaint_zoo.training.callbacks.held_batch import HeldBatch


class Module(pl.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.layer, self.fixed = nn.BatchNorm2d(2), nn.Linear(2, 1).requires_grad_(False)


def train(held: HeldBatch, module: Module, losses: list[float], sizes: list[int] | None = None) -> None:
    """Batches of the values 0, 1, 2, ..., each followed by a step that adds 1 to the weights."""
    for number, loss in enumerate(losses):
        size = (sizes or [2] * len(losses))[number]
        held.hold({"image": torch.full((size, 3), float(number)), "name": [f"{number}.png"] * size}, {"step": number})
        losses_of_batch = {"l1": torch.tensor(1.0), "style": torch.tensor(loss)}
        held.judge(losses_of_batch, torch.stack(list(losses_of_batch.values())).isfinite())
        with torch.no_grad():
            module.layer.weight += 1
            module.layer.num_batches_tracked += 1  # type: ignore[operator]


@pytest.fixture
def module() -> Module:
    return Module()


@pytest.mark.parametrize("broken", [math.nan, math.inf])
def test_the_first_broken_batch_stays_with_the_weights_before_it(module: Module, broken: float) -> None:
    held = HeldBatch(module)
    train(held, module, [0.5, 0.25, broken, 0.125, math.nan])
    content = held.content(2)
    assert content["batch"]["image"].tolist() == [[2.0] * 3] * 2
    assert content["batch"]["name"] == ["2.png"] * 2
    assert content["step"] == 2
    assert content["state_dict"]["layer.weight"].tolist() == [3.0, 3.0]
    assert content["state_dict"]["layer.num_batches_tracked"] == 2
    torch.testing.assert_close(content["state_dict"]["fixed.weight"], module.fixed.weight.data)
    assert content["losses"]["l1"] == 1
    assert repr(content["losses"]["style"]) == repr(broken)


@pytest.mark.parametrize(("sizes", "number"), [([2, 1, 2, 1], 1), ([2, 2, 1, 2], 1), ([2, 2, 1, 2], 2)])
def test_batches_may_differ_in_size(module: Module, sizes: list[int], number: int) -> None:
    held = HeldBatch(module)
    train(held, module, [math.nan if place == number else 1.0 for place in range(4)], sizes)
    assert held.content(number)["batch"]["image"].tolist() == [[float(number)] * 3] * sizes[number]


def test_after_a_reading_only_one_batch_is_held(module: Module) -> None:
    held = HeldBatch(module)
    train(held, module, [1.0] * 4, [4, 3, 2, 1])
    held.all_are_finite()
    assert len(held._batches) == 1
    assert held._facts == []
    train(held, module, [1.0, math.nan])
    assert held.content(1)["state_dict"]["layer.weight"].tolist() == [6.0, 6.0]


def test_the_random_states_are_those_before_the_batch(module: Module) -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    held = HeldBatch(module)
    train(held, module, [math.nan])
    torch.rand(3)
    content: Any = held.content(0)
    assert torch.equal(content["random"]["torch"], before)
