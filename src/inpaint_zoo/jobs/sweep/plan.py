"""The jobs of a sweep, which are all checked before the first one starts."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hydra.core.config_loader import ConfigLoader
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf, open_dict

from inpaint_zoo.config.build import check_nodes
from inpaint_zoo.config.error_messages import explain, missing
from inpaint_zoo.config.overrides import quote
from inpaint_zoo.errors import InputError
from inpaint_zoo.training.runs.changes import changes
from inpaint_zoo.training.runs.files import CONFIG
from inpaint_zoo.training.runs.result import config_hash, read_result
from inpaint_zoo.training.runs.status import State, has_checkpoint, is_run_folder, read_config, state_of

_ANEW = "ckpt_path=null"
_OUTPUT = "output"
RUN_DIR = "run_dir"
"""Key of verbs that train: each job gets its own folder, as if it were given on the command line."""


class OtherTrainingError(InputError):
    """A folder holds a training of another configuration."""


@dataclass(frozen=True)
class Job:
    """One job of a sweep."""

    number: int
    varied: dict[str, str]
    """The values of the keys that differ from job to job."""
    overrides: tuple[str, ...]
    """Everything that a separate command for this job would need."""
    folder: Path
    trains: bool
    """Whether it leaves a run folder."""
    output: str | None = None
    """Where a verb that does not train writes its results."""

    @property
    def title(self) -> str:
        """The varied values: `model=misf seed=0`."""
        return " ".join(f"{key}={value}" for key, value in self.varied.items())

    @property
    def is_finished(self) -> bool:
        """Whether there is nothing left to do."""
        return self.trains and read_result(self.folder) is not None


@dataclass(frozen=True)
class Plan:
    """A sweep."""

    master: DictConfig
    """The configuration of the command, as launchers need it."""
    folder: Path
    jobs: tuple[Job, ...]


def sweep_folder(config: DictConfig, overrides: Sequence[str]) -> Path:
    """The folder of a sweep: `run_dir` if the command line gives it, otherwise Hydra's folder of sweeps.

    Args:
        config: Composed from the command line, with the node `hydra`.
        overrides: The overrides of the command line.
    """
    by_run_dir = is_given(overrides, RUN_DIR) and not is_given(overrides, "hydra.sweep.dir")
    return Path(config[RUN_DIR] if by_run_dir else config.hydra.sweep.dir).absolute()


def is_given(overrides: Sequence[str], *keys: str) -> bool:
    """Whether a command line gives one of these keys."""
    return not {override.partition("=")[0] for override in overrides}.isdisjoint(keys)


def plan_sweep(loader: ConfigLoader, master: DictConfig, overrides: Sequence[str]) -> Plan:
    """List the jobs of a command line and check each of them.

    Args:
        loader: Composes configurations.
        master: The configuration of the command; gives the folder of the sweep.
        overrides: The overrides of the command line; each value of a comma-separated list is a job.

    Raises:
        InputError: A job cannot be composed, or its folder holds something else; no job has run yet.
        Exception: Any error of Hydra about overrides of all jobs.
    """
    HydraConfig.instance().set_config(master)
    folder = Path(master.hydra.sweep.dir)
    parsed = OverridesParser.create(config_loader=loader).parse_overrides(list(overrides))
    varied = [override.get_key_element() for override in parsed if override.is_sweep_override()]
    # of several overrides of one key the last one counts, as everywhere
    values = {override.get_key_element(): _values(override) for override in parsed}
    combinations = [dict(zip(values, chosen, strict=True)) for chosen in itertools.product(*values.values())]
    jobs = []
    for number, combination in enumerate(combinations):
        shown = {key.lstrip("+"): combination[key] for key in varied}
        with _named(number, len(combinations), shown):
            own = [f"{key}={value}" for key, value in combination.items()]
            config = loader.load_sweep_config(master, own)
            jobs.append(_job(config, folder, number, shown, own))
    _refuse_shared_output(jobs)
    return Plan(master, folder, tuple(jobs))


def _values(override: Override) -> list[str]:
    """The values of an override in all jobs, in the grammar of overrides."""
    if not override.is_sweep_override():
        return [override.get_value_element_as_str()]
    if not override.is_discrete_sweep():
        raise InputError(f"{override.input_line}: a sweep needs a list, choice() or range(); use tune to search")
    values = list(override.sweep_string_iterator())
    if not values:
        raise InputError(f"{override.input_line}: there is no value, and so no job: give at least one")
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice is not None:
        raise InputError(f"{override.input_line}: {twice} is given twice: leave one out")
    return values


class _named:  # noqa: N801 (used as a function)
    """Name the job in the error message if it cannot be composed."""

    def __init__(self, number: int, count: int, varied: dict[str, str]) -> None:
        title = " ".join(f"{key}={value}" for key, value in varied.items())
        self.job = f"job {number + 1} of {count} ({title})" if count > 1 else ""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        reason = None if error is None else explain(error)
        if reason is not None and self.job:
            raise InputError(f"{self.job}: {reason}") from error


def _job(config: DictConfig, folder: Path, number: int, varied: dict[str, str], combination: Sequence[str]) -> Job:
    with open_dict(config):
        config.hydra.job.id, config.hydra.job.num = str(number), number
    before = HydraConfig.instance().cfg
    HydraConfig.instance().set_config(config)
    try:
        own = folder / str(config.hydra.sweep.subdir)
        own_config = copy.deepcopy(config)
        with open_dict(own_config):
            del own_config["hydra"]
        check_nodes(own_config)
        output = None if OmegaConf.is_missing(own_config, _OUTPUT) else own_config.get(_OUTPUT)
        extra: list[str] = []
        if RUN_DIR in own_config:
            own_config[RUN_DIR] = str(own)
            extra = _of_this_job(own, own_config)
            if _ANEW in extra:
                own_config.ckpt_path = None
            check_complete(own_config)
            _check_training(own, own_config)
            check_folder(own, own_config)
    finally:
        HydraConfig.instance().cfg = before
    given = {override.partition("=")[0] for override in extra}
    kept = [override for override in combination if override.partition("=")[0] not in given]
    return Job(number, varied, (*kept, *extra), own, trains=RUN_DIR in own_config, output=output)


def _refuse_shared_output(jobs: Sequence[Job]) -> None:
    """Refuse jobs that would replace the results of each other."""
    first: dict[Path, Job] = {}
    for job in jobs:
        if job.output is None:
            continue
        other = first.setdefault(Path(job.output).absolute(), job)
        if other is not job:
            raise InputError(
                f"output: jobs {other.number + 1} and {job.number + 1} of {len(jobs)} would both write to {job.output}"
                f""": give each its own, such as 'output="{Path(job.output).name}/${{hydra:job.num}}"'"""
            )


def _check_training(folder: Path, config: DictConfig) -> None:
    from inpaint_zoo.training import preflight  # noqa: PLC0415 (imports torch, which --help does not)

    if "model" in config and "data" in config:
        preflight.check_training(config)
        preflight.check_run_dir(folder, config)


def _of_this_job(folder: Path, config: DictConfig) -> list[str]:
    """The overrides of a job in addition to those of the sweep: its folder, and whether to resume."""
    extra = [f"{RUN_DIR}={quote(str(folder))}"]
    if "ckpt_path" in config:
        if has_checkpoint(folder):
            extra.append("ckpt_path=last")
        elif config.ckpt_path == "last":
            extra.append(_ANEW)  # this job has no checkpoint to resume from yet
    return extra


def check_complete(config: DictConfig) -> None:
    """Refuse a configuration of `train` in which a key has no value.

    Raises:
        InputError: The message names the key.
    """
    for key in sorted(OmegaConf.missing_keys(config)):
        raise InputError(missing(key))


def check_folder(folder: Path, config: DictConfig) -> None:
    """Refuse a folder that belongs to another training.

    Raises:
        OtherTrainingError: It holds a training of another configuration.
        InputError: It holds other files.
    """
    if not folder.is_dir():
        return
    other = f"{folder} holds a training of another configuration"
    advice = "give another run_dir, or the command that this one was started with"
    stored = read_config(folder)
    if stored is not None and config_hash(stored) != config_hash(config):
        raise OtherTrainingError(f"{other} ({_difference(stored, config)}): {advice}")
    result = read_result(folder)
    if stored is None and result is not None and result.config != config_hash(config):
        raise OtherTrainingError(f"{other}: {advice}")
    # where the same sweep is at work, the folder may hold no file yet, or a temporary one
    if any(folder.iterdir()) and not is_run_folder(folder) and state_of(folder) is not State.RUNNING:
        raise InputError(f"{folder} holds files that do not belong to a training (no {CONFIG}): give another run_dir")


def _difference(stored: DictConfig, config: DictConfig) -> str:
    """The first key whose value differs."""
    for key, (theirs, ours) in changes(stored, config).items():
        return f"{key} is {theirs} there and {ours} here"
    return "its keys differ"
