"""What a training on several processes needs beside a Trainer."""

from __future__ import annotations

import pytorch_lightning as pl
from omegaconf import DictConfig, OmegaConf
from pytorch_lightning.strategies.launchers.subprocess_script import _SubprocessScriptLauncher

from inpaint_zoo.callbacks import SameBuffers
from inpaint_zoo.errors import InputError
from inpaint_zoo.parallel import started_from_outside
from inpaint_zoo.training.processes import Job, Launcher
from inpaint_zoo.training.same_config import SameConfig
from inpaint_zoo.training.watch import Watch


def distribute(trainer: pl.Trainer, job: Job, config: DictConfig) -> None:
    """Let a Trainer of several processes start them with this configuration, compare and watch them.

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
        return
    _refuse_folder_by_time(trainer, config)
    if isinstance(trainer.strategy.launcher, _SubprocessScriptLauncher):
        trainer.strategy._launcher = Launcher(trainer.strategy.launcher, job, config)
    callbacks: list[pl.Callback] = trainer.callbacks  # type: ignore[attr-defined]  # set in Trainer.__init__
    callbacks[:0] = [SameConfig(config), Watch(timeout=config.process_timeout)]
    callbacks.append(SameBuffers())  # after a moving average has put its own into the network


def _refuse_folder_by_time(trainer: pl.Trainer, config: DictConfig) -> None:
    several_commands = trainer.num_nodes > 1 or started_from_outside()
    if several_commands and "${now:" in str(OmegaConf.to_container(config)["run_dir"]):  # type: ignore[call-overload, index]
        raise InputError("run_dir is made of the time, which is another one for each process: give run_dir=DIR")
