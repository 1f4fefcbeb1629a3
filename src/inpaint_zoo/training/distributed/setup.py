"""What a training on several processes needs in addition to a Trainer."""

from __future__ import annotations

import os
import sys
import warnings

import pytorch_lightning as pl
from omegaconf import DictConfig

from inpaint_zoo.config.compose import contains_time
from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime.processes import leave_earlier_attempts
from inpaint_zoo.runtime.ranks import has_siblings, is_first_process
from inpaint_zoo.training.distributed.heartbeat import Heartbeat
from inpaint_zoo.training.distributed.launcher import Job, OtherProcesses
from inpaint_zoo.training.distributed.same_config import SameConfig


def distribute(trainer: pl.Trainer, job: Job, config: DictConfig) -> OtherProcesses:
    """Make the processes of a Trainer compare their configurations and watch each other.

    Args:
        trainer: A new Trainer; one with a single process is not changed.
        job: Run by each process with the same configuration; it calls this function, too.
        config: The configuration of `train`.

    Returns:
        The other processes of this machine, to be entered around the training.

    Raises:
        InputError: The processes cannot work together as configured.
    """
    if config.trainer.sync_batchnorm and trainer.strategy.root_device.type != "cuda":
        raise InputError("trainer.sync_batchnorm=true needs CUDA devices: leave it out on this machine")
    strategy = str(config.trainer.strategy)
    if any(word in strategy for word in ("spawn", "fork", "notebook")):  # Lightning would start processes of its own
        raise InputError(f"trainer.strategy={strategy} starts processes in another way: give trainer.strategy=ddp")
    if trainer.world_size == 1:
        return OtherProcesses(trainer, job, config, lambda: None)
    _refuse_time_in_run_dir(trainer, config)
    leave_earlier_attempts()
    heartbeat = Heartbeat(timeout=config.process_timeout)
    callbacks: list[pl.Callback] = trainer.callbacks  # type: ignore[attr-defined]  # set in Trainer.__init__
    callbacks[:0] = [SameConfig(config), heartbeat]
    return OtherProcesses(trainer, job, config, heartbeat.lost_process)


def silence_other_ranks() -> None:
    """Suppress output and warnings of this process, unless it is the first of the processes of a training."""
    if not is_first_process():
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for the rest of this process
        warnings.simplefilter("ignore")


def _refuse_time_in_run_dir(trainer: pl.Trainer, config: DictConfig) -> None:
    if "SUBMITIT_EXECUTOR" in os.environ:  # run_dir was resolved when the sweep was started
        return
    several_commands = trainer.num_nodes > 1 or has_siblings()
    if several_commands and contains_time(config, "run_dir"):
        raise InputError("run_dir contains the time, which differs between processes: give run_dir=DIR")
