from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from inpaint_zoo.jobs.search.pruning import TrialPruning
from inpaint_zoo.jobs.search.study import PRUNED, load_optuna, open_study


class Below:
    """Prunes what is below 1, as a pruner of Optuna does."""

    def prune(self, study: Any, trial: Any) -> bool:
        return bool(trial.intermediate_values[trial.last_step] < 1)


def trainer(value: float | None, step: int = 4, first: bool = True, told: bool | None = None) -> Any:
    """A rank after a validation; `told` is what the first rank broadcasts to it."""
    return SimpleNamespace(
        callback_metrics={} if value is None else {"val/psnr": value},
        global_step=step,
        is_global_zero=first,
        should_stop=False,
        strategy=SimpleNamespace(broadcast=lambda own: own if told is None else told),
    )


@pytest.fixture
def number(tmp_path: Path) -> int:
    return int(open_study(tmp_path).ask().number)


def pruning(folder: Path, number: int, pruner: Any) -> TrialPruning:
    load_optuna()
    return TrialPruning(folder=folder, trial=number, pruner=pruner, monitor="val/psnr")


def test_a_trial_that_falls_behind_stops(tmp_path: Path, number: int) -> None:
    callback = pruning(tmp_path, number, Below())
    for value, step, stops in ((2.0, 3, False), (0.5, 6, True)):
        rank = trainer(value, step)
        callback.on_validation_end(rank, rank)
        assert rank.should_stop is stops
    (trial,) = open_study(tmp_path).trials
    assert trial.intermediate_values == {3: 2.0, 6: 0.5}
    assert trial.user_attrs == {PRUNED: 6}


def test_without_a_pruner_values_are_only_reported(tmp_path: Path, number: int) -> None:
    rank = trainer(0.5)
    pruning(tmp_path, number, None).on_validation_end(rank, rank)
    assert not rank.should_stop
    assert open_study(tmp_path).trials[0].intermediate_values == {4: 0.5}


def test_a_validation_that_resuming_repeats_is_reported_once(tmp_path: Path, number: int) -> None:
    for value in (2.0, 3.0):
        rank = trainer(value)
        pruning(tmp_path, number, Below()).on_validation_end(rank, rank)
    assert open_study(tmp_path).trials[0].intermediate_values == {4: 2.0}


@pytest.mark.parametrize("told", [True, False])
def test_other_ranks_follow_the_first(tmp_path: Path, number: int, told: bool) -> None:
    rank = trainer(0.5, first=False, told=told)
    pruning(tmp_path, number, Below()).on_validation_end(rank, rank)
    assert rank.should_stop is told
    assert open_study(tmp_path).trials[0].intermediate_values == {}


def test_a_validation_without_the_metric_is_ignored(tmp_path: Path, number: int) -> None:
    rank = trainer(None)
    pruning(tmp_path, number, Below()).on_validation_end(rank, rank)
    assert not rank.should_stop
