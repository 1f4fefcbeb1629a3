import io
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from inpaint_zoo.training.callbacks.random_states import random_states, restore_random_states


def through_a_checkpoint(states: dict[str, Any]) -> dict[str, Any]:
    file = io.BytesIO()
    torch.save(states, file)
    file.seek(0)
    read: dict[str, Any] = torch.load(file, weights_only=True)
    return read


@pytest.mark.parametrize(
    "draw",
    [
        random.random,
        lambda: random.gauss(0, 1),
        np.random.rand,
        np.random.standard_normal,
        lambda: float(torch.rand(1)),
    ],
    ids=["random", "random, normal", "NumPy", "NumPy, normal", "torch"],
)
def test_every_generator_continues_from_the_checkpoint(draw: Callable[[], float]) -> None:
    draw()  # of normal numbers two are made at once, and the second is kept
    states = through_a_checkpoint(random_states())
    drawn = [draw() for _ in range(3)]
    restore_random_states(states)
    assert [draw() for _ in range(3)] == drawn
    assert draw() not in drawn
