"""What a training on several processes needs beside a Trainer."""

from __future__ import annotations

import os
import sys
import warnings

import pytorch_lightning as pl
from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime.processes import is_first_process
from inpaint_zoo.training.distributed.heartbeat import Heartbeat
from inpaint_zoo.training.distributed.launcher import Job, OtherProcesses
from inpaint_zoo.training.distributed.same_config import SameConfig


def distribute(trainer: pl.Trainer, job: Job, config: DictConfig) -> OtherProcesses:
    """Let a Trainer of several processes compare and watch them, and return those that this one starts.

    Args:
        trainer: Has not been used; one of a single process stays as it is.
        job: Run by each process, with the same configuration; calls this function, too.
        config: Of `train`.

    Raises:
        InputError: The processes cannot work together as configured.
    """
    if config.trainer.sync_batchnorm and trainer.strategy.root_device.type != "cuda":
        raise InputError("trainer.sync_batchnorm=true needs CUDA devices: leave it out on this machine")
    if trainer.world_size == 1:
        return OtherProcesses(trainer, job, config, lambda: None)
    _refuse_folder_by_time(trainer, config)
    watch = Heartbeat(timeout=config.process_timeout)
    callbacks: list[pl.Callback] = trainer.callbacks  # type: ignore[attr-defined]  # set in Trainer.__init__
    callbacks[:0] = [SameConfig(config), watch]
    return OtherProcesses(trainer, job, config, watch.reason)


def speak_first_only() -> None:
    """Let this process print nothing, nor warn, if it is not the first of several that were started alike."""
    if not is_first_process():
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for the rest of this process
        warnings.simplefilter("ignore")


def _refuse_folder_by_time(trainer: pl.Trainer, config: DictConfig) -> None:
    if "SUBMITIT_EXECUTOR" in os.environ:  # the time was taken when the sweep was started
        return
    several_commands = trainer.num_nodes > 1 or _started_from_outside()
    if several_commands and "${now:" in str(OmegaConf.to_container(config)["run_dir"]):  # type: ignore[call-overload, index]
        raise InputError("run_dir is made of the time, which is another one for each process: give run_dir=DIR")


def _started_from_outside() -> bool:
    """Whether `torchrun`, SLURM or a shell script has started several processes with one command."""
    return "RANK" in os.environ or "NODE_RANK" in os.environ or int(os.environ.get("SLURM_NTASKS", "1")) > 1
