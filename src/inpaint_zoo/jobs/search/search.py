"""Run the trials of a search one after the other; each is a training in its own run folder."""

from __future__ import annotations

import re
import shlex
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.config.allowlist import OPTION, allowed
from inpaint_zoo.config.build import check_nodes
from inpaint_zoo.config.compose import COMMAND_LINE, compose_config
from inpaint_zoo.config.error_messages import explain
from inpaint_zoo.config.overrides import overridden_key, quote
from inpaint_zoo.errors import DamagedFileError, InputError, LostProcessError, Stopped
from inpaint_zoo.jobs.run import run_verb
from inpaint_zoo.jobs.search.space import Dimension, Value, override_of
from inpaint_zoo.jobs.search.study import PRUNED, seed_of, store_settings
from inpaint_zoo.jobs.sweep.job import add_seconds, read_seconds
from inpaint_zoo.jobs.sweep.outcome import Outcome
from inpaint_zoo.jobs.sweep.plan import check_complete
from inpaint_zoo.jobs.sweep.table import show, write_tables
from inpaint_zoo.runtime.refusals import asked_too_much, causes, machine_refusal
from inpaint_zoo.training.monitor import Monitor
from inpaint_zoo.training.runs.failure import failure_reason, write_failure
from inpaint_zoo.training.runs.result import config_hash, read_result
from inpaint_zoo.training.runs.status import has_checkpoint, read_run

if TYPE_CHECKING:
    import optuna


@dataclass(frozen=True)
class Training:
    """The training that all trials have in common."""

    task: Callable[[DictConfig], object]
    overrides: tuple[str, ...]
    config_dir: str | None
    """The user's folder of YAML files, as after `--config-dir`."""

    @classmethod
    def of_command_line(cls, task: Callable[[DictConfig], object], own_keys: Sequence[str]) -> Training:
        """The training that the running command describes, without the keys of the search.

        Args:
            task: The function that `train` calls with a configuration.
            own_keys: Keys of `tune` that `train` does not know.
        """
        job: Any = HydraConfig.get()
        theirs = [text for text in job.overrides.task if overridden_key(text).partition(".")[0] not in own_keys]
        folders = [source.path for source in job.runtime.config_sources if source.provider == COMMAND_LINE]
        return cls(task, tuple(theirs), folders[0] if folders else None)

    def check(self, space: Mapping[str, Dimension], folder: Path) -> None:
        """Check the configurations at the ends of every range, and the folder of the search.

        Raises:
            InputError: `train` does not accept one of them.
        """
        from inpaint_zoo.training.preflight import check_run_dir, check_training  # noqa: PLC0415 (imports torch)

        check_complete(self.config())
        check_training(self.config())
        check_run_dir(folder, self.config())
        for key, dimension in space.items():
            for value in dimension.extremes:
                try:
                    config = self.config([override_of(key, value)])
                    check_nodes(config)
                    check_training(config)
                except InputError as error:
                    raise InputError(f"search.{key} ({override_of(key, value)}): {error}") from error

    def config(self, overrides: Sequence[str] = ()) -> DictConfig:
        """The configuration with further overrides."""
        return compose_config("train", [*self.overrides, "run_dir=.", *overrides], self.config_dir)

    def run(self, folder: Path, overrides: Sequence[str]) -> None:
        """Start or resume the training in a folder."""
        from inpaint_zoo.runtime.memory import free_memory  # noqa: PLC0415 (imports torch)
        from inpaint_zoo.runtime.processes import restored_environment  # noqa: PLC0415

        free_memory()
        flags = [] if self.config_dir is None else ["--config-dir", self.config_dir]
        more = ["ckpt_path=last"] if has_checkpoint(folder) else []
        with restored_environment():
            run_verb("train", self.task, [*flags, *self.overrides, *overrides, f"run_dir={quote(str(folder))}", *more])

    def command(self, overrides: Sequence[str]) -> str:
        """The shell command of the training with further overrides."""
        flags = [] if self.config_dir is None else ["--config-dir", self.config_dir]
        plain = [re.sub(r"='([\w./:-]+)'$", r"=\1", text) for text in (*self.overrides, *overrides)]
        trusted = [f"{OPTION}=[{','.join(allowed())}]"] if allowed() else []
        return shlex.join(["inpaint-zoo", "train", *flags, *plain, *trusted])


@dataclass(frozen=True)
class Search:
    """A search and its folder, in which each trial has a run folder."""

    folder: Path
    study: optuna.Study
    space: Mapping[str, Dimension]
    training: Training
    sampler: Callable[[int], Any]
    """Builds a sampler of Optuna from a seed."""
    seed: int
    pruner: DictConfig | None
    monitor: Monitor

    def store_settings(self, search: Mapping[str, str]) -> None:
        """Store the settings of the search, or check that a search to resume has the same ones.

        Raises:
            InputError: They differ.
        """
        ranges = {f"search.{key}": text for key, text in search.items()}
        keys = {"keys": " ".join(search), "sampler_seed": self.seed}
        training = config_hash(self.training.config())
        store_settings(self.study, {**keys, **ranges, "training": training}, self.folder)

    def run(self, num_trials: int) -> None:
        """Resume interrupted trials, then start new ones until `num_trials` have ended.

        Raises:
            Stopped: A signal has interrupted the running trial; repeating the command resumes it.
        """
        from optuna.trial import Trial  # noqa: PLC0415

        interrupted = [one for one in self.study.trials if not one.state.is_finished()]
        try:
            for frozen in interrupted:
                self._set_sampler(frozen.number)
                self._try(Trial(self.study, frozen._trial_id), num_trials)
            while sum(one.state.is_finished() for one in self.study.trials) < num_trials:
                self._set_sampler(len(self.study.trials))
                self._try(self.study.ask(), num_trials)
        except (Stopped, KeyboardInterrupt) as stop:
            self._write()
            number = stop.signum if isinstance(stop, Stopped) else 2
            how = f"resume with the same command and run_dir={self.folder}"
            raise Stopped(f"the search was stopped: {how}", number) from None

    def report(self) -> float | None:
        """Write the table, print it with the command of the best trial, and return the value of that trial."""
        outcomes = self._write()
        show(outcomes)
        print(f"search folder: {self.folder}")
        ended = [one for one in self.study.trials if one.value is not None and one.state.name == "COMPLETE"]
        if not ended:
            return None
        best = min(ended, key=lambda one: self.monitor.rank(one.value))
        print(f"best trial: {best.number}, {best.value:.4g}; to train with its settings:")
        print(self.training.command([override_of(key, value) for key, value in best.params.items()]))
        return best.value

    def _write(self) -> list[Outcome]:
        outcomes = [self._outcome(one) for one in self.study.trials]
        write_tables(self.folder, outcomes, "tune")
        return outcomes

    def _set_sampler(self, number: int) -> None:
        self.study.sampler = self.sampler(seed_of(self.seed, number))

    def _try(self, trial: optuna.Trial, num_trials: int) -> None:
        values = {key: dimension.suggest(trial, key) for key, dimension in self.space.items()}
        overrides = [override_of(key, value) for key, value in values.items()]
        folder, started = self.folder / str(trial.number), time.monotonic()
        name = f"trial {trial.number + 1} of {num_trials}"
        print(f"{name}: {' '.join(overrides)}", flush=True)
        try:
            if read_result(folder) is None:  # otherwise the search was killed after the training had finished
                self.training.run(folder, [*overrides, self._pruning(trial.number)])
            self._store_result(trial, folder)
        except Exception as error:
            if explain(error) is None:
                raise
            self._check_surroundings(error, name)
            self._fail(trial, folder, error, name)
        finally:
            add_seconds(self.folder, trial.number, time.monotonic() - started)

    def _check_surroundings(self, error: Exception, name: str) -> None:
        """End the search if other values would not have helped: the next trials would fail too, and stay failed.

        Raises:
            InputError: A file, a folder, a disk or another process is the reason.
        """
        if asked_too_much(error):
            return
        reason = explain(error) if any(map(_is_outside, causes(error))) else self._no_longer_right()
        if reason is not None:
            then = f"then resume with the same command and run_dir={self.folder}"
            raise InputError(f"{name}: {reason}; {then}") from error

    def _no_longer_right(self) -> str | None:
        """What the check before the first trial would say now."""
        try:
            self.training.check(self.space, self.folder)
        except InputError as error:
            return str(error)
        return None

    def _store_result(self, trial: optuna.Trial, folder: Path) -> None:
        from optuna.trial import TrialState  # noqa: PLC0415

        result = read_result(folder)
        if result is None or result.value is None:
            raise InputError("there was no validation: lower trainer.val_check_interval")
        stored = next(one for one in self.study.trials if one.number == trial.number)
        if PRUNED in stored.user_attrs:
            self.study.tell(trial.number, state=TrialState.PRUNED)
        else:
            self.study.tell(trial.number, result.value)

    def _fail(self, trial: optuna.Trial, folder: Path, error: Exception, name: str) -> None:
        from optuna.trial import TrialState  # noqa: PLC0415

        write_failure(folder, error)
        print(f"{name} failed: {failure_reason(error)}", file=sys.stderr, flush=True)
        self.study.tell(trial.number, state=TrialState.FAIL)

    def _pruning(self, number: int) -> str:
        pruner = None if self.pruner is None else OmegaConf.to_container(self.pruner, resolve=True)
        target = "inpaint_zoo.jobs.search.pruning.TrialPruning"
        node = {"_target_": target, "folder": str(self.folder), "trial": number, "pruner": pruner}
        node["monitor"] = self.monitor.name
        return f"++callbacks.early_end={_literal(node)}"

    def _outcome(self, one: optuna.trial.FrozenTrial) -> Outcome:
        run = read_run(self.folder / str(one.number))
        state = _STATES[one.state.name]
        varied = {key: _short(value) for key, value in one.params.items()}
        seconds = read_seconds(self.folder, one.number)
        return Outcome(one.number, varied, state, self.monitor, run.best, run.step, seconds, run.remark)


_STATES = {
    "COMPLETE": "finished",
    "PRUNED": "pruned",
    "FAIL": "failed",
    "RUNNING": "interrupted",
    "WAITING": "not started",
}


def _is_outside(error: BaseException) -> bool:
    from inpaint_zoo.runtime.first_error import connection_error  # noqa: PLC0415 (imports torch)

    if isinstance(error, (OSError, DamagedFileError, LostProcessError)) or machine_refusal(error) is not None:
        return True
    return isinstance(error, Exception) and connection_error(error) is not None


def _short(value: Value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "null" if value is None else str(value)


def _literal(value: Any) -> str:
    """A value in the grammar of Hydra's overrides."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_literal(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_literal(inner) for inner in value) + "]"
    if isinstance(value, str):
        return quote(value)
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
