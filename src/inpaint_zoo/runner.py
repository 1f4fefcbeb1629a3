"""Run one verb through Hydra: compose, then run, sweep (see `sweeping`), show or explain."""

from __future__ import annotations

import argparse
import contextlib
import copy
import io
import logging
import os
import string
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from hydra._internal.callbacks import Callbacks
from hydra._internal.hydra import Hydra
from hydra._internal.utils import get_args_parser
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobStatus, run_job
from hydra.types import HydraContext, RunMode
from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.config import config_name, hydra_session, output_dir, search_path_of
from inpaint_zoo.construct import check_nodes
from inpaint_zoo.errors import InputError
from inpaint_zoo.overrides import quote_paths
from inpaint_zoo.sweeping.command_line import own_command_line, program_of
from inpaint_zoo.sweeping.plan import RUN_DIR, sweep_folder
from inpaint_zoo.sweeping.sweep import run_sweep
from inpaint_zoo.training.attempt import attempt

Task = Callable[[DictConfig], object]
"""The `run` of an entry point: takes the composed configuration, returns what a sweeper optimises."""
_HYDRAS_OWN_SWEEPER = "hydra._internal.core_plugins.basic_sweeper.BasicSweeper"


def run_verb(verb: str, task: Task, arguments: Sequence[str], debug: bool = False) -> int:
    """Do what the arguments after a verb ask for.

    Args:
        verb: Name of the verb, which its file in `conf/` is named after.
        task: Called with the composed configuration, once for every job.
        arguments: Overrides and Hydra's own options (`--help`, `--cfg job`, `--multirun`, ...).
        debug: Whether to show the tracebacks of the jobs of a sweep that fail.

    Returns:
        0, or the exit code of the worst job of a sweep, which goes on when one fails.

    Raises:
        InputError: The arguments cannot be used together or are unknown.
        Exception: Whatever Hydra or the task raises.
    """
    options = _parse(arguments)
    name = options.config_name or config_name(verb)
    overrides = quote_paths(verb, options.overrides)
    with hydra_session(verb, name, search_path_of(options.config_path, options.config_dir)) as hydra:
        # composing first brings every mistake in the overrides to light, whatever is asked for
        mode = RunMode.MULTIRUN if options.multirun else RunMode.RUN
        config = hydra.compose_config(config_name=name, overrides=overrides, run_mode=mode)
        check_nodes(config.hydra.callbacks)  # Hydra calls them before any task can check what it is given
        # for ${hydra:...} in what is printed, and in the folder of a sweep, which Hydra resolves before any job
        HydraConfig.instance().set_config(config)
        if options.help or options.hydra_help or options.cfg or options.info:
            _show(hydra, name, config, overrides, options)
        elif options.multirun or config.hydra.mode == RunMode.MULTIRUN:
            program = _program(verb, options)
            return _sweep(hydra, name, task, overrides, config=config, program=program, debug=debug)
        else:
            _run(hydra, name, _with_its_folder(task), overrides)
    return 0


def _sweep(
    hydra: Hydra, name: str, task: Task, overrides: list[str], *, config: DictConfig, program: list[str], debug: bool
) -> int:
    if config.hydra.sweeper._target_ == _HYDRAS_OWN_SWEEPER:
        return run_sweep(hydra, name, sweep_folder(config, overrides), task, overrides, program=program, debug=debug)
    _make(Path(config.hydra.sweep.dir).absolute())
    job = _as_one_job(task, program)
    hydra.multirun(config_name=name, task_function=job, overrides=[*overrides, "hydra.mode=MULTIRUN"])
    return 0


def _program(verb: str, options: argparse.Namespace) -> list[str]:
    """How a job is called by itself, up to its overrides."""
    flags = {"--config-path": options.config_path, "--config-dir": options.config_dir}
    flags["--config-name"] = options.config_name
    given = [text for flag, value in flags.items() if value is not None for text in (flag, value)]
    return [*program_of(verb, sys.argv), *given]


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint):
            options = get_args_parser().parse_intermixed_args(list(arguments))
    except SystemExit as stop:
        if stop.code == 0:
            raise
        raise InputError(complaint.getvalue().strip().rpartition("error: ")[2]) from None
    if options.shell_completion or options.experimental_rerun:
        raise InputError("--shell-completion and --experimental-rerun are not offered")
    if options.run + options.multirun + (options.cfg is not None) + (options.info is not None) > 1:
        raise InputError("only one of --run, --multirun, --cfg and --info can be given")
    return options


def _show(hydra: Hydra, name: str, config: DictConfig, overrides: list[str], options: argparse.Namespace) -> None:
    try:
        if options.help:
            print(_help(hydra, config))
        elif options.hydra_help:
            hydra.hydra_help(config_name=name, args_parser=get_args_parser(), args=options)
        elif options.cfg:
            hydra.show_cfg(name, overrides, cfg_type=options.cfg, package=options.package, resolve=options.resolve)
        else:
            with _root_logger_kept():
                hydra.show_info(options.info, config_name=name, overrides=overrides)
        sys.stdout.flush()
    except BrokenPipeError:  # `... --help | head` has seen enough; Python would complain once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(hydra: Hydra, name: str, task: Task, overrides: list[str]) -> None:
    """Run one job as `Hydra.run` does, without the line that it prints when a job fails."""
    config = hydra.compose_config(name, overrides, RunMode.RUN, with_log_configuration=True)
    config.hydra.mode = RunMode.RUN
    callbacks = Callbacks(config)
    callbacks.on_run_start(config=config, config_name=name)
    HydraConfig.instance().set_config(config)
    folder = Path(config.hydra.run.dir).absolute()
    with _new_folders_removed_if_empty(folder):
        _make(folder)
        job = run_job(
            task_function=task,
            config=config,
            job_dir_key="hydra.run.dir",
            job_subdir_key=None,
            hydra_context=HydraContext(config_loader=hydra.config_loader, callbacks=callbacks),
        )
        callbacks.on_run_end(config=config, config_name=name, job_return=job)
        if job.status is JobStatus.FAILED:
            raise job._return_value


def _as_one_job(task: Task, program: Sequence[str]) -> Task:
    """What a sweeper other than Hydra's own calls for each job: it wants its value, and decides about failures."""

    def run(config: DictConfig) -> object:
        # imports torch, which not every verb needs
        from inpaint_zoo.parallel import own_environment  # noqa: PLC0415

        with own_command_line(program), own_environment():
            return task(config)

    return run


def _with_its_folder(task: Task) -> Task:
    """Hold the folder of a training while it runs."""

    def run(config: DictConfig) -> object:
        with attempt(output_dir()) if RUN_DIR in config else contextlib.nullcontext():
            return task(config)

    return run


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {error.strerror}") from error


@contextlib.contextmanager
def _new_folders_removed_if_empty(folder: Path) -> Iterator[None]:
    """Leave no empty folder behind when the job fails."""
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            for path in new:
                path.rmdir()
        raise


@contextlib.contextmanager
def _root_logger_kept() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def _help(hydra: Hydra, config: DictConfig) -> str:
    choices = [group for group in config.hydra.runtime.choices if not group.startswith("hydra/")]
    options = {group: hydra.config_loader.get_group_options(group.partition("@")[0]) for group in sorted(choices)}
    job = hydra.get_sanitized_cfg(copy.deepcopy(config), "job")
    text = string.Template(config.hydra.help.template).substitute(
        APP_CONFIG_GROUPS="\n".join(f"{group}: {', '.join(names)}" for group, names in options.items()) or "none",
        CONFIG=OmegaConf.to_yaml(job),
    )
    lines = (textwrap.wrap(line, 80, subsequent_indent="    ", break_long_words=False) for line in text.splitlines())
    return "\n".join("\n".join(line) for line in lines)
