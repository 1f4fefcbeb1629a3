"""The status of trainings, read from their run folders, whatever state the files are in."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.errors import InputError
from inpaint_zoo.training.monitor import Monitor
from inpaint_zoo.training.runs.failure import read_failure
from inpaint_zoo.training.runs.files import CHECKPOINTS, CONFIG, FAILURE, METRICS, RESULT, RUN_FILES
from inpaint_zoo.training.runs.lock import is_locked
from inpaint_zoo.training.runs.result import read_result


class State(StrEnum):
    """The state of a training."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    NEW = "not started"


@dataclass(frozen=True)
class Run:
    """A training."""

    folder: Path
    state: State
    model: str
    """Name of the model; empty if the configuration does not give it."""
    step: int | None
    max_steps: int | None
    monitor: Monitor
    best: float | None
    """Best value of the monitored metric."""
    changed: float | None
    """When one of its files was last written; seconds since 1970."""
    remark: str
    """Why it failed, and which files cannot be read; one line."""


def has_checkpoint(folder: Path) -> bool:
    """Whether a folder holds a checkpoint to resume from."""
    return any((folder / name).is_file() for name in CHECKPOINTS)


def is_run_folder(folder: Path) -> bool:
    """Whether a training, even one that failed at the start, has left a file in a folder."""
    return any((folder / name).is_file() for name in RUN_FILES)


def refuse_run_folder(folder: Path) -> None:
    """Refuse the folder of a training for the results of another verb.

    Raises:
        InputError: It is one.
    """
    if is_run_folder(folder):
        raise InputError(f"output: {folder} holds a training: give a folder of its own, such as {folder / 'results'}")


def state_of(folder: Path) -> State:
    """The state of the training in a folder.

    A locked folder is running, one with a result finished, one with the reason of a failure failed; any other folder
    with files of a training was interrupted.
    """
    if folder.is_dir() and is_locked(folder):
        return State.RUNNING
    if read_result(folder) is not None:
        return State.FINISHED
    if (folder / FAILURE).is_file():
        return State.FAILED
    return State.INTERRUPTED if is_run_folder(folder) else State.NEW


def read_config(folder: Path) -> DictConfig | None:
    """The configuration of a run; None if there is none.

    Raises:
        InputError: It cannot be read.
    """
    path = folder / CONFIG
    if not path.is_file():
        return None
    try:
        config = OmegaConf.load(path)
    except Exception as error:  # YAML and OmegaConf raise many kinds of errors for damaged files
        raise InputError(f"{path} cannot be read ({type(error).__name__})") from error
    if not isinstance(config, DictConfig):
        raise InputError(f"{path} holds no configuration")
    return config


def read_run(folder: Path) -> Run:
    """Read everything about the training in a folder; damaged files never raise, they become a remark."""
    remarks, state, result = [], state_of(folder), read_result(folder)
    config: DictConfig | None = None
    try:
        config = read_config(folder)
    except InputError as error:
        remarks.append(str(error))
    if result is None and (folder / RESULT).is_file():
        remarks.append(f"{folder / RESULT} cannot be read")
    monitor = Monitor.of(config)
    step, best, damage = _progress(folder / METRICS, monitor)
    if damage:
        remarks.append(damage)
    failure = read_failure(folder)
    return Run(
        folder=folder,
        state=state,
        model=_model(config),
        step=step if result is None else result.step,
        max_steps=_max_steps(config),
        monitor=monitor,
        best=best if result is None else result.value,
        changed=_changed(folder),
        remark="; ".join([*([failure] if failure and state is State.FAILED else []), *remarks]),
    )


def find_runs(root: Path) -> Iterator[Path]:
    """The run folders below a folder, and the folder itself if it is one; hidden folders are skipped."""
    if is_run_folder(root):
        yield root
    try:
        inner = sorted(path for path in root.iterdir() if path.is_dir() and not path.is_symlink())
    except OSError:  # a folder that cannot be listed holds no run of ours
        return
    for path in inner:
        if not path.name.startswith("."):
            yield from find_runs(path)


def _progress(metrics: Path, monitor: Monitor) -> tuple[int | None, float | None, str]:
    """The number of logged steps, the best validation value, and what is wrong with the file."""
    if not metrics.is_file():
        return None, None, ""
    step, best = None, None
    try:
        with metrics.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                step = max(step or 0, int(row["step"] or 0))
                value = float(row.get(monitor.name) or "nan")
                if math.isfinite(value):
                    best = value if best is None else monitor.best((best, value))
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        return step, best, f"{metrics} is damaged"
    return step, best, ""


def _model(config: DictConfig | None) -> str:
    if config is None:
        return ""
    target, generator = (
        OmegaConf.select(config, f"model.{key}", throw_on_resolution_failure=False) for key in ("_target_", "generator")
    )
    name = str(target).rpartition(".")[2].lower() if target else ""
    return f"{name} {generator}" if generator else name


def _max_steps(config: DictConfig | None) -> int | None:
    trainer = None if config is None else OmegaConf.select(config, "trainer", throw_on_resolution_failure=False)
    if not isinstance(trainer, DictConfig) or trainer.get("max_epochs") is not None:  # its steps depend on the data
        return None
    steps = trainer.get("max_steps")
    return steps if isinstance(steps, int) and steps > 0 else None


def _changed(folder: Path) -> float | None:
    times = []
    for name in RUN_FILES:
        try:
            times.append((folder / name).stat().st_mtime)
        except OSError:  # the file is missing
            continue
    return max(times, default=None)
