"""Run one verb through Hydra: compose its configuration, then run one job, run a sweep, or show the configuration."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, ListConfig

from inpaint_zoo.config.build import check_nodes
from inpaint_zoo.config.compose import compose, config_name, contains_time, hydra_session, output_dir
from inpaint_zoo.config.overrides import quote, quote_paths
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.new_folder import make_new_folder
from inpaint_zoo.jobs.resumed import IN_RUN_DIR, with_stored
from inpaint_zoo.jobs.show import shown
from inpaint_zoo.jobs.sweep.job import End, SweptTask
from inpaint_zoo.jobs.sweep.plan import RUN_DIR, is_given, sweep_folder
from inpaint_zoo.runtime.ranks import has_siblings, own_ranks
from inpaint_zoo.training.runs.failure import locked_run

Task = Callable[[DictConfig], object]
"""The function `run` of a verb: takes the composed configuration, returns the value that a sweeper optimises."""
_MULTIRUN = "hydra.mode=MULTIRUN"


def run_verb(verb: str, task: Task, arguments: Sequence[str], debug: bool = False) -> int:
    """Run a verb with the arguments that follow it on the command line.

    Args:
        verb: Name of the verb, as in `conf/VERB.yaml`.
        task: Called with the composed configuration, once for each job.
        arguments: Overrides and options (`--help`, `--cfg job`, `--multirun`, ...).
        debug: Whether to show the tracebacks of failed jobs of a sweep.

    Returns:
        0, or the exit code of the worst job of a sweep, which continues when a job fails.

    Raises:
        InputError: The arguments cannot be used together or are unknown.
        Exception: Any error of Hydra or of the task.
    """
    options = _parser().parse_intermixed_args(list(arguments))
    name = options.config_name or config_name(verb)
    overrides = quote_paths(verb, options.overrides)
    mode = RunMode.MULTIRUN if options.multirun or _MULTIRUN in overrides else RunMode.RUN
    with hydra_session(verb, options.config_path, options.config_dir) as hydra:
        if mode is RunMode.RUN:
            overrides = with_stored(name, overrides)
        # composing first reports every mistake in the overrides, also with --help
        config = compose(name, overrides, mode)
        check_nodes(config.hydra.callbacks)  # Hydra calls them before a task can check its configuration
        # resolves ${hydra:...} in the printed configuration and in the folder of the job
        HydraConfig.instance().set_config(config)
        if options.help or options.cfg or options.info:
            _print(shown(options, name, config, overrides))
            return 0
        with own_ranks(_has_one_process(config)):
            if RunMode.MULTIRUN in (mode, config.hydra.mode):
                return _sweep(hydra, name, SweptTask(task, debug), overrides, config)
            _run(hydra, name, task, overrides, config)
    return 0


def _has_one_process(config: DictConfig) -> bool:
    """Whether a configuration describes a training on one device of one machine."""
    trainer = config.get("trainer") or {}
    devices = trainer.get("devices", "auto")
    one = str(devices) == "1" or (isinstance(devices, ListConfig) and len(devices) == 1)
    return "trainer" in config and one and trainer.get("num_nodes", 1) == 1


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(message)


def _parser() -> argparse.ArgumentParser:
    """The options, with the names that Hydra gives them; `--help` explains them."""
    parser = _Parser(add_help=False)
    parser.add_argument("overrides", nargs="*")
    parser.add_argument("--help", "-h", action="store_true")
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument("--run", "-r", action="store_true")
    wanted.add_argument("--multirun", "-m", action="store_true")
    wanted.add_argument("--cfg", "-c", choices=("job", "hydra", "all"))
    wanted.add_argument("--info", "-i", action="store_true")
    parser.add_argument("--resolve", action="store_true")
    parser.add_argument("--package", "-p")
    parser.add_argument("--config-path", "-cp")
    parser.add_argument("--config-name", "-cn")
    parser.add_argument("--config-dir", "-cd")
    return parser


def _print(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:  # as in `... --help | head`; Python would report it again at its exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _sweep(hydra: Any, name: str, task: SweptTask, overrides: list[str], config: DictConfig) -> int:
    place = _Place(sweep_folder(config, overrides))
    with _no_empty_folders(place):
        if not is_given(overrides, "hydra.sweep.dir", RUN_DIR):
            place.make_new(config.hydra.sweep, "dir")
        fixed = f"hydra.sweep.dir={quote(str(place.folder))}"
        end = hydra.multirun(name, task, [*overrides, _MULTIRUN, fixed])
    return end.code if isinstance(end, End) else 0


@dataclass
class _Place:
    """The folder of a job or a sweep."""

    folder: Path

    def make_new(self, node: DictConfig, key: str) -> None:
        """Make a folder of its own if the configuration names it by the time: others may start in the same second."""
        if contains_time(node, key) and not has_siblings():
            self.folder = make_new_folder(self.folder)


@dataclass
class _OneJob(_Place):
    """What Hydra calls for the single job of a command; keeps its error, which Hydra would report differently."""

    task: Task
    error: Exception | None = None

    def __call__(self, config: DictConfig) -> object:
        self.folder = output_dir()
        try:
            # a training holds the lock of its folder
            with locked_run(self.folder) if RUN_DIR in config else contextlib.nullcontext():
                return self.task(config)
        except Exception as error:
            self.error = error
            return None


def _run(hydra: Any, name: str, task: Task, overrides: list[str], config: DictConfig) -> None:
    job = _OneJob(Path(config.hydra.run.dir).absolute(), task)
    with _no_empty_folders(job):
        is_free = RUN_DIR in config and not is_given(overrides, "hydra.run.dir")
        if is_free and config.get("ckpt_path") not in IN_RUN_DIR:
            job.make_new(config, RUN_DIR)
            overrides = [*overrides, f"hydra.run.dir={quote(str(job.folder))}"]
        try:
            hydra.run(name, job, overrides)
        except OSError as error:
            raise InputError(f"cannot make the folder {job.folder}: {error.strerror}") from error
        if job.error is not None:
            raise job.error


@contextlib.contextmanager
def _no_empty_folders(place: _Place) -> Iterator[None]:
    """Leave no empty folder behind when a job or a sweep fails."""
    before = {path for path in (place.folder, *place.folder.parents) if path.exists()}
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            for path in (place.folder, *place.folder.parents):
                if path in before:
                    break
                path.rmdir()
        raise
