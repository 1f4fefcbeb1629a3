from __future__ import annotations

import re
import warnings
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from inpaint_zoo.errors import InputWarning
from inpaint_zoo.training.callbacks.collapse import NUM_READINGS, DiscriminatorCollapse


def train(callback: DiscriminatorCollapse, steps: int, first: int = 1, **terms: float) -> list[str]:
    """Train for steps with these loss terms; return what was warned of."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for step in range(first, first + steps):
            trainer: Any = SimpleNamespace(global_step=step, is_global_zero=True)
            outputs = {"terms": {name: torch.tensor(value) for name, value in terms.items()}}
            callback.on_train_batch_end(trainer, None, outputs, None, 0)  # type: ignore[arg-type]
    assert all(warning.category is InputWarning for warning in said)
    return [str(warning.message) for warning in said]


def test_a_collapsed_discriminator_is_warned_about_once() -> None:
    callback = DiscriminatorCollapse(every=2)
    assert train(callback, 2 * NUM_READINGS - 2, adversarial=6.0, discriminator=0.003) == []
    (said,) = train(callback, 10, 2 * NUM_READINGS - 1, adversarial=6.0, discriminator=0.003)
    assert re.search(r"collapsed at step 200: its loss is 0\.003, .* adversarial loss 6, and", said)
    assert train(callback, 4 * NUM_READINGS, 1000, adversarial=6.0, discriminator=0.003) == []


@pytest.mark.parametrize(
    "terms",
    [
        {"adversarial": 0.69, "discriminator": 0.69},  # MISF, nobody ahead
        {"adversarial": 3.0, "discriminator": 0.3},  # D ahead
        {"adversarial": -0.5, "discriminator": 0.0},  # hinge, G ahead
        {"l1": 6.0, "style": 0.001},
        {"adversarial": 6.0},
    ],
)
def test_nothing_is_said_otherwise(terms: dict[str, float]) -> None:
    assert train(DiscriminatorCollapse(every=1), 3 * NUM_READINGS, **terms) == []


def test_the_readings_must_follow_each_other() -> None:
    callback = DiscriminatorCollapse(every=1)
    for start in (1, 1001, 2001):
        assert train(callback, NUM_READINGS - 1, start, adversarial=6.0, discriminator=0.003) == []
        assert train(callback, 1, start + NUM_READINGS, adversarial=1.0, discriminator=1.0) == []


def test_every_objective_can_show_it() -> None:
    for adversarial, discriminator in ((6.0, 0.2), (1.0, 0.02), (3.0, 0.0)):  # CTSDG with edges, squares, hinge
        callback = DiscriminatorCollapse(every=1)
        assert len(train(callback, NUM_READINGS, adversarial=adversarial, discriminator=discriminator)) == 1
