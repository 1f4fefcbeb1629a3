"""Try the trials of a search one after the other; each is a training in a run folder of its own."""

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
from inpaint_zoo.config.overrides import quote
from inpaint_zoo.errors import InputError, Stopped
from inpaint_zoo.jobs.run import run_verb
from inpaint_zoo.jobs.search.space import Dimension, Value, override_of
from inpaint_zoo.jobs.search.study import PRUNED, remember, seed_of
from inpaint_zoo.jobs.sweep.job import add_seconds, read_seconds
from inpaint_zoo.jobs.sweep.outcome import Outcome
from inpaint_zoo.jobs.sweep.plan import check_complete
from inpaint_zoo.jobs.sweep.table import show, write_tables
from inpaint_zoo.training.monitor import Monitor
from inpaint_zoo.training.runs.attempt import reason_of, write_failure
from inpaint_zoo.training.runs.folder import has_checkpoint, read_run
from inpaint_zoo.training.runs.result import config_hash, read_result

if TYPE_CHECKING:
    import optuna


@dataclass(frozen=True)
class Training:
    """What all trials have in common."""

    task: Callable[[DictConfig], object]
    overrides: tuple[str, ...]
    config_dir: str | None
    """The user's own folder of YAML files."""

    @classmethod
    def of_command_line(cls, task: Callable[[DictConfig], object], own_keys: Sequence[str]) -> Training:
        """The training that the running command describes besides what concerns the search.

        Args:
            task: What `train` calls with a configuration.
            own_keys: Keys of the command that `train` does not know.
        """
        job: Any = HydraConfig.get()
        theirs = [text for text in job.overrides.task if _first_key(text) not in own_keys]
        folders = [source.path for source in job.runtime.config_sources if source.provider == COMMAND_LINE]
        return cls(task, tuple(theirs), folders[0] if folders else None)

    def check(self, space: Mapping[str, Dimension]) -> None:
        """Try the ends of every range on the configuration.

        Raises:
            InputError: `train` does not take one of them.
        """
        check_complete(self.config())
        for key, dimension in space.items():
            for value in dimension.extremes:
                try:
                    check_nodes(self.config([override_of(key, value)]))
                except InputError as error:
                    raise InputError(f"search.{key} ({override_of(key, value)}): {error}") from error

    def config(self, overrides: Sequence[str] = ()) -> DictConfig:
        """The configuration with some more overrides."""
        return compose_config("train", [*self.overrides, "run_dir=.", *overrides], self.config_dir)

    def run(self, folder: Path, overrides: Sequence[str]) -> None:
        """Train, or go on training, in a folder."""
        from inpaint_zoo.runtime.processes import own_environment  # noqa: PLC0415 (imports torch)

        flags = [] if self.config_dir is None else ["--config-dir", self.config_dir]
        more = ["ckpt_path=last"] if has_checkpoint(folder) else []
        with own_environment():
            run_verb("train", self.task, [*flags, *self.overrides, *overrides, f"run_dir={quote(str(folder))}", *more])

    def command(self, overrides: Sequence[str]) -> str:
        """How to train with some more overrides, for a shell."""
        flags = [] if self.config_dir is None else ["--config-dir", self.config_dir]
        plain = [re.sub(r"='([\w./:-]+)'$", r"=\1", text) for text in (*self.overrides, *overrides)]
        trusted = [f"{OPTION}=[{','.join(allowed())}]"] if allowed() else []
        return shlex.join(["inpaint-zoo", "train", *flags, *plain, *trusted])


@dataclass(frozen=True)
class Search:
    """A search in a folder; each trial is a run folder in it."""

    folder: Path
    study: optuna.Study
    space: Mapping[str, Dimension]
    training: Training
    sampler: Callable[[int], Any]
    """From a seed to a sampler of Optuna."""
    seed: int
    pruner: DictConfig | None
    monitor: Monitor

    def remember(self, search: Mapping[str, str]) -> None:
        """Refuse to go on with a search that was begun with other settings.

        Raises:
            InputError: It was.
        """
        facts = {f"search.{key}": text for key, text in search.items()}
        keys = {"keys": " ".join(search), "sampler_seed": self.seed}
        remember(self.study, {**keys, **facts, "training": config_hash(self.training.config())}, self.folder)

    def run(self, num_trials: int) -> None:
        """Go on with trials that were interrupted, then begin new ones until so many have ended.

        Raises:
            Stopped: A signal has ended the running trial, which will go on when the search is started again.
        """
        from optuna.trial import Trial  # noqa: PLC0415

        interrupted = [one for one in self.study.trials if not one.state.is_finished()]
        try:
            for frozen in interrupted:
                self._propose_for(frozen.number)
                self._try(Trial(self.study, frozen._trial_id), num_trials)
            while sum(one.state.is_finished() for one in self.study.trials) < num_trials:
                self._propose_for(len(self.study.trials))
                self._try(self.study.ask(), num_trials)
        except (Stopped, KeyboardInterrupt) as stop:
            self._write()
            number = stop.signum if isinstance(stop, Stopped) else 2
            how = f"run_dir={self.folder} and otherwise the same command go on"
            raise Stopped(f"the search was stopped: {how}", number) from None

    def tell(self) -> float | None:
        """Print and write the table and the best trial as a command; returns its value."""
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

    def _propose_for(self, number: int) -> None:
        self.study.sampler = self.sampler(seed_of(self.seed, number))

    def _try(self, trial: optuna.Trial, num_trials: int) -> None:
        values = {key: dimension.suggest(trial, key) for key, dimension in self.space.items()}
        overrides = [override_of(key, value) for key, value in values.items()]
        folder, started = self.folder / str(trial.number), time.monotonic()
        name = f"trial {trial.number + 1} of {num_trials}"
        print(f"{name}: {' '.join(overrides)}", flush=True)
        try:
            if read_result(folder) is None:  # else the search was killed after the end of the training
                self.training.run(folder, [*overrides, self._early_end(trial.number)])
            self._judge(trial, folder)
        except Exception as error:
            if explain(error) is None:
                raise
            self._fail(trial, folder, error, name)
        finally:
            add_seconds(self.folder, trial.number, time.monotonic() - started)

    def _judge(self, trial: optuna.Trial, folder: Path) -> None:
        from optuna.trial import TrialState  # noqa: PLC0415

        result = read_result(folder)
        if result is None or result.value is None:
            raise InputError("there was no validation: lower trainer.val_check_interval")
        if PRUNED in self._stored(trial.number).user_attrs:
            self.study.tell(trial.number, state=TrialState.PRUNED)
        else:
            self.study.tell(trial.number, result.value)

    def _fail(self, trial: optuna.Trial, folder: Path, error: Exception, name: str) -> None:
        from optuna.trial import TrialState  # noqa: PLC0415

        write_failure(folder, error)
        print(f"{name} failed: {reason_of(error)}", file=sys.stderr, flush=True)
        self.study.tell(trial.number, state=TrialState.FAIL)

    def _stored(self, number: int) -> optuna.trial.FrozenTrial:
        return next(one for one in self.study.trials if one.number == number)

    def _early_end(self, number: int) -> str:
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


def _first_key(override: str) -> str:
    return override.lstrip("+~").partition("=")[0].partition(".")[0]


def _short(value: Value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "null" if value is None else str(value)


def _literal(value: Any) -> str:
    """A value in Hydra's grammar."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_literal(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_literal(inner) for inner in value) + "]"
    if isinstance(value, str):
        return quote(value)
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
