"""How long a training will be, against a training that is simulated batch by batch."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inpaint_zoo.data.planning import planned_batches


def trainer(**changes: Any) -> Any:
    limits = {"max_steps": -1, "max_epochs": None, "limit_train_batches": 1.0, "accumulate_grad_batches": 1}
    return SimpleNamespace(**limits | changes)


def simulated(steps: int, epochs: int | None, epoch_batches: int, accumulated: int) -> int:
    """Batches until either goal: a step after every `accumulated` batches, and at the end of an epoch."""
    batches = done = epoch = 0
    while epochs is None or epoch < epochs:
        for batch in range(1, epoch_batches + 1):
            batches += 1
            done += batch % accumulated == 0 or batch == epoch_batches
            if done == steps:
                return batches
        epoch += 1
    return batches


counts = st.integers(1, 9)


@given(steps=st.just(-1) | counts, epochs=st.none() | counts, epoch_batches=counts, accumulated=st.integers(1, 4))
def test_equals_a_simulated_training(steps: int, epochs: int | None, epoch_batches: int, accumulated: int) -> None:
    found = planned_batches(
        trainer(max_steps=steps, max_epochs=epochs, accumulate_grad_batches=accumulated), epoch_batches
    )
    if steps < 0 and epochs is None:
        assert found is None
    else:
        assert found == simulated(steps, epochs, epoch_batches, accumulated)


@pytest.mark.parametrize(("limit", "expected"), [(1.0, 30), (0.5, 15), (0.29, 6), (4, 12), (99, 30), (None, 30)])
def test_a_limit_shortens_every_epoch(limit: float | None, expected: int) -> None:
    assert planned_batches(trainer(max_epochs=3, limit_train_batches=limit), 10) == expected


def test_no_batches_never_reach_a_number_of_steps() -> None:
    assert planned_batches(trainer(max_steps=5, limit_train_batches=0), 10) is None


def test_no_epochs_limit_is_minus_one_too() -> None:
    assert planned_batches(trainer(max_epochs=-1), 10) is None
