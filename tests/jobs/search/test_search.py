"""`inpaint-zoo tune`, with a training that takes no time."""

import csv
import importlib
import json
import math
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig

from inpaint_zoo.config.compose import output_dir
from inpaint_zoo.errors import DamagedFileError, InputError, LostProcessError, Stopped
from inpaint_zoo.jobs.search.pruning import TrialPruning
from inpaint_zoo.jobs.search.study import PRUNED, open_study
from inpaint_zoo.training.runs.result import Result, config_hash, write_result

Command = Callable[..., Any]
COMMON = ["tune", "data=photographs", "experiment=tiny", "search.model.optimizer.lr=tag(log, interval(1e-5,1e-2))"]


class FakeTraining:
    """Stands for `train`: the best rate is 1e-3."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.resumed: list[str | None] = []
        self.before: Callable[[DictConfig], None] = lambda config: None

    def run(self, config: DictConfig) -> None:
        folder = output_dir()
        self.rates.append(config.model.optimizer.lr)
        self.resumed.append(config.ckpt_path)
        (folder / "last.ckpt").write_bytes(b"")
        self.before(config)
        value = 30 - math.log10(config.model.optimizer.lr / 1e-3) ** 2
        write_result(folder, Result(metric="val/psnr", value=value, step=10, config=config_hash(config)))


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> FakeTraining:
    fake = FakeTraining()
    monkeypatch.setattr(importlib.import_module("inpaint_zoo.cli.train"), "run", fake.run)
    return fake


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "tune.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_search_ends_with_a_table_and_a_command(command: Command, training: Any, tmp_path: Path) -> None:
    code, out, err = command(*COMMON, "search.ema_decay=null,0.9", "trials=4", f"run_dir={tmp_path}")
    assert (code, err) == (0, "")
    values = [float(row["val/psnr"]) for row in rows(tmp_path)]
    assert len(values) == len(set(training.rates)) == 4
    assert all(1e-5 <= rate <= 1e-2 for rate in training.rates)
    best = training.rates[values.index(max(values))]
    assert f"best trial: {values.index(max(values))}, {max(values):.4g}; to train with its settings:\n" in out
    line = out.splitlines()[-1]
    assert re.fullmatch(
        rf"inpaint-zoo train data=photographs experiment=tiny model.optimizer.lr={best} ema_decay=(null|0\.9)", line
    )
    assert {row["ema_decay"] for row in rows(tmp_path)} <= {"null", "0.9"}
    for name in ("tune.md", "study.journal"):
        assert (tmp_path / name).is_file()


def test_a_search_for_the_lowest_value(command: Command, training: Any, tmp_path: Path) -> None:
    given = [*COMMON, "trials=4", "monitor=val/l1", "mode=min"]
    code, out, err = command(*given, f"run_dir={tmp_path}")
    assert (code, err) == (0, "")
    assert open_study(tmp_path).direction.name == "MINIMIZE"
    values = [float(row["val/l1"]) for row in rows(tmp_path)]
    assert f"best trial: {values.index(min(values))}, {min(values):.4g}; to train with its settings:\n" in out
    assert f"model.optimizer.lr={training.rates[values.index(min(values))]}" in out.splitlines()[-1]
    code, _, err = command(*COMMON, "trials=4", f"run_dir={tmp_path}")
    assert code == 2
    assert "holds another search (training " in err


def test_trials_depend_on_the_seed_and_not_on_how_often_a_search_was_started(
    command: Command, training: Any, tmp_path: Path
) -> None:
    more = ["sampler.n_startup_trials=2"]
    assert command(*COMMON, *more, "trials=4", f"run_dir={tmp_path / 'whole'}").code == 0
    whole = list(training.rates)
    training.rates.clear()
    for trials in (1, 4):
        assert command(*COMMON, *more, f"trials={trials}", f"run_dir={tmp_path / 'parts'}").code == 0
    assert training.rates == whole
    training.rates.clear()
    assert command(*COMMON, *more, "trials=2", "sampler_seed=1", f"run_dir={tmp_path / 'other'}").code == 0
    assert not set(training.rates) & set(whole)


def test_an_interrupted_trial_is_resumed(command: Command, training: Any, tmp_path: Path) -> None:
    def stop(config: DictConfig) -> None:
        if len(training.rates) == 2:
            raise Stopped("stopped", signal.SIGTERM)

    training.before = stop
    code, _, err = command(*COMMON, "trials=3", f"run_dir={tmp_path}")
    assert code == 128 + signal.SIGTERM
    assert err == (f"inpaint-zoo tune: the search was stopped: resume with the same command and run_dir={tmp_path}\n")
    assert [row["state"] for row in rows(tmp_path)] == ["finished", "interrupted"]
    assert command(*COMMON, "trials=3", f"run_dir={tmp_path}")[::2] == (0, "")
    assert training.resumed == [None, None, "last", None]
    assert training.rates[1] == training.rates[2]
    assert [row["state"] for row in rows(tmp_path)] == ["finished"] * 3


def test_a_killed_search_is_resumed(command: Command, training: Any, tmp_path: Path) -> None:
    assert command(*COMMON, "trials=3", f"run_dir={tmp_path}").code == 0
    journal = tmp_path / "study.journal"
    # killed after the training of the last trial had ended, while writing that down
    lines = journal.read_bytes().splitlines(keepends=True)
    ended = max(number for number, line in enumerate(lines) if json.loads(line).get("values"))
    journal.write_bytes(b"".join(lines[:ended]) + lines[ended][:9])
    training.rates.clear()
    assert command(*COMMON, "trials=3", f"run_dir={tmp_path}")[::2] == (0, "")
    assert training.rates == []
    assert [row["state"] for row in rows(tmp_path)] == ["finished"] * 3


def test_a_trial_that_fails_does_not_end_the_search(command: Command, training: Any, tmp_path: Path) -> None:
    def fail(config: DictConfig) -> None:
        if len(training.rates) == 2:
            raise InputError("the loss is not finite")

    training.before = fail
    code, _, err = command(*COMMON, "trials=3", f"run_dir={tmp_path}")
    assert (code, err) == (0, "trial 2 of 3 failed: the loss is not finite\n")
    assert [row["state"] for row in rows(tmp_path)] == ["finished", "failed", "finished"]
    assert rows(tmp_path)[1]["remark"] == "the loss is not finite"


DISK_FULL = "[enforce fail at inline_container.cc:664] . unexpected pos 64 vs 0: No space left on device"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError(DISK_FULL), "the disk is full: free some space"),
        (DamagedFileError("'a.png' does not exist"), "'a.png' does not exist"),
        (LostProcessError("process 1 was killed"), "process 1 was killed; resume"),
    ],
)
def test_a_search_ends_where_no_trial_could_go_on_and_resumes(
    command: Command, training: Any, tmp_path: Path, error: Exception, said: str
) -> None:
    more = [*COMMON, "trials=4", "sampler.n_startup_trials=2"]
    assert command(*more, f"run_dir={tmp_path / 'whole'}").code == 0
    whole = list(training.rates)

    def fail(config: DictConfig) -> None:
        if len(training.rates) == len(whole) + 3:
            raise error

    training.before = fail
    code, _, err = command(*more, f"run_dir={tmp_path / 'search'}")
    assert code == 2
    assert err.startswith(f"inpaint-zoo tune: error: trial 3 of 4: {said}")
    assert err.endswith(f"; then resume with the same command and run_dir={tmp_path / 'search'}\n")
    assert err.count("\n") == 1
    assert command(*more, f"run_dir={tmp_path / 'search'}")[::2] == (0, "")
    assert training.rates[len(whole) :] == [*whole[:3], *whole[2:]]
    assert [row["val/psnr"] for row in rows(tmp_path / "search")] == [
        row["val/psnr"] for row in rows(tmp_path / "whole")
    ]


def test_a_search_ends_where_its_images_are_gone(command: Command, training: Any, images: Any, tmp_path: Path) -> None:
    root = images(*[f"{number}.png" for number in range(12)])

    def fail(config: DictConfig) -> None:
        if len(training.rates) == 1:
            root.rename(tmp_path / "away")
            raise InputError("no images")

    training.before = fail
    given = [*COMMON, "data=folder", f"data.root={root}", "data.size=32", "model.network.base_channels=8", "trials=2"]
    code, _, err = command(*given, f"run_dir={tmp_path / 'search'}")
    assert code == 2
    assert err.startswith("inpaint-zoo tune: error: trial 1 of 2: data.root")
    (tmp_path / "away").rename(root)
    assert command(*given, f"run_dir={tmp_path / 'search'}")[::2] == (0, "")
    assert training.rates[0] == training.rates[1]
    assert [row["state"] for row in rows(tmp_path / "search")] == ["finished"] * 2


def test_a_trial_that_needs_too_much_memory_does_not_end_the_search(
    command: Command, training: Any, tmp_path: Path
) -> None:
    def fail(config: DictConfig) -> None:
        if len(training.rates) == 1:
            raise InputError("cannot go on") from MemoryError()

    training.before = fail
    assert command(*COMMON, "trials=2", f"run_dir={tmp_path}").code == 0
    assert [row["state"] for row in rows(tmp_path)] == ["failed", "finished"]


def test_a_search_of_failures_is_a_failure(command: Command, training: Any, tmp_path: Path) -> None:
    def fail(config: DictConfig) -> None:
        raise InputError("the loss is not finite")

    training.before = fail
    code, _, err = command(*COMMON, "trials=2", f"run_dir={tmp_path}")
    assert code == 2
    last = err.splitlines()[-1]
    assert last.startswith("inpaint-zoo tune: error: no trial of 2 has finished: see failure.txt")


def test_a_trial_that_falls_behind_is_ended_early(command: Command, training: Any, tmp_path: Path) -> None:
    """Reports as the callback does, and ends where it says so."""
    steps: list[int] = []

    def validate(config: DictConfig) -> None:
        node = config.callbacks.early_end
        assert node._target_.endswith(".TrialPruning")
        from inpaint_zoo.config.build import construct

        callback: TrialPruning = construct(node)
        quality = -abs(math.log10(config.model.optimizer.lr / 1e-3))
        for step in (1, 2, 3):
            steps.append(step)
            if callback._is_pruned(step, quality):
                return

    training.before = validate
    settings = ["trials=8", "pruner.n_startup_trials=2", f"run_dir={tmp_path}"]
    assert command(*COMMON, *settings)[::2] == (0, "")
    states = [row["state"] for row in rows(tmp_path)]
    assert states.count("pruned") >= 1
    assert states.count("finished") == 8 - states.count("pruned")
    assert states[:2] == ["finished", "finished"]
    assert len(steps) < 3 * 8
    study = open_study(tmp_path)
    assert [PRUNED in one.user_attrs for one in study.trials] == [state == "pruned" for state in states]


def test_without_a_pruner_all_trials_run_to_their_end(command: Command, training: Any, tmp_path: Path) -> None:
    def check(config: DictConfig) -> None:
        assert config.callbacks.early_end.pruner is None

    training.before = check
    assert command(*COMMON, "trials=1", "pruner=null", f"run_dir={tmp_path}")[::2] == (0, "")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["search.model.optimizer.lr=interval(1,0)"], "search.model.optimizer.lr is interval(1,0): write one of"),
        (["search.seeed=range(0,2)"], "search.seeed (seeed=0): there is no key 'seeed', did you mean 'seed'?"),
        (["search.trainer.max_steps=choice(1,a)"], "search.trainer.max_steps (trainer.max_steps=a): trainer.max_steps"),
        (["search.model=choice(misf,mafd)"], "search.model (model=mafd): model=mafd is unknown, did you mean 'madf'?"),
        (["trials=0"], "trials=0 must be at least 1"),
        (["trails=3"], "there is no key 'trails', did you mean 'trials'?"),
        (["sampler.n_startup=3"], "there is no key 'sampler.n_startup'"),
        (["data=folder"], "data.root is missing: give data.root=DIR"),
    ],
)  # fmt: skip
def test_mistakes_are_found_before_the_first_trial(
    command: Command, training: Any, tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    code, out, err = command(*COMMON, *arguments, f"run_dir={tmp_path / 'search'}")
    assert (code, out) == (2, "")
    assert err.startswith(f"inpaint-zoo tune: error: {complaint}")
    assert err.count("\n") == 1
    assert training.rates == []
    assert not (tmp_path / "search").exists()


def test_nothing_to_search_and_another_search(command: Command, training: Any, tmp_path: Path) -> None:
    run_dir = f"run_dir={tmp_path / 'search'}"
    assert "search is empty" in command("tune", "data=photographs", run_dir).err
    assert command(*COMMON, "trials=1", run_dir).code == 0
    for other in (
        "search.model.optimizer.lr=tag(log, interval(1e-5,1e-1))",
        "trainer.max_steps=7",
        "search.seed=range(0,4)",
    ):
        code, _, err = command(*COMMON, "trials=2", run_dir, other)
        assert code == 2
        assert "holds another search" in err
        assert err.count("\n") == 1
    assert len(training.rates) == 1


def test_a_damaged_journal_is_named(command: Command, training: Any, tmp_path: Path) -> None:
    (tmp_path / "study.journal").write_text("{}\nnothing\n{}\n")
    code, _, err = command(*COMMON, "trials=1", f"run_dir={tmp_path}")
    assert code == 2
    assert f"{tmp_path / 'study.journal'} is damaged" in err
