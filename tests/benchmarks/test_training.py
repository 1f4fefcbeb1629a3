from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

SCRIPT = "benchmarks/training.py"
SMALL = [
    "experiment=tiny", "data.size=32", "model.network.num_residual_blocks=1", "trainer.log_every_n_steps=5",
    "ema_decay=0.9",
]  # fmt: skip


@pytest.fixture
def training(loaded: Callable[[str], ModuleType]) -> ModuleType:
    return loaded(SCRIPT)


@pytest.mark.filterwarnings("ignore:.*does not have many workers", "ignore:.*LeafSpec", "ignore:.*Checkpoint directory")
def test_both_kinds_of_steps_are_timed_in_turns(training: Any) -> None:
    overhead = training.measure_overhead("misf", SMALL, 2 * training.BLOCK)
    assert len(overhead.bare) == len(overhead.trained) == 2
    assert all(value > 0 for value in (*overhead.bare, *overhead.trained))
    # a step in a Trainer is a whole step, not the fetching of a batch
    assert min(overhead.trained) > 0.5 * min(overhead.bare)


def test_the_interval_holds_the_median_and_leaves_outliers_out(training: Any) -> None:
    added = [2.0 + 0.02 * number for number in range(19)] + [1000.0]
    overhead = training.Overhead(bare=[10.0] * 20, trained=[10.0 + value for value in added])
    assert overhead.interval == (pytest.approx(2.1), pytest.approx(2.28))
    assert training.row("misf", overhead) == ["misf", "10.0", "12.2", "+2.19", "+2.10 to +2.28"]


def test_few_blocks_have_a_wide_interval(training: Any) -> None:
    assert training.Overhead(bare=[1.0, 1.0], trained=[2.0, 5.0]).interval == (1.0, 4.0)


@pytest.mark.filterwarnings("ignore:.*does not have many workers", "ignore:.*LeafSpec", "ignore:.*Checkpoint directory")
def test_what_training_adds_is_printed(script: Callable[..., Any]) -> None:
    settings = ["experiment=tiny", "data.size=32", "model.network.num_residual_blocks=1"]
    done = script(SCRIPT, "--models", "misf", "--steps=10", "--train", *settings)
    assert (done.code, done.err) == (0, "")
    assert "95 % interval" in done.out
    assert "misf" in done.out
    assert "10 steps of either kind" in done.out


def test_too_few_steps_and_unknown_models_are_refused(script: Callable[..., Any]) -> None:
    done = script(SCRIPT, "--steps=5")
    assert done.code == 2
    assert "--steps=5 must be at least 10" in done.err
    done = script(SCRIPT, "--models", "misv")
    assert done.code == 2
    assert "did you mean 'misf'" in done.err
