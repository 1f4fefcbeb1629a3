"""The length of a training that is given in epochs."""

from __future__ import annotations

import copy

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from inpaint_zoo.data import InpaintingDataModule
from inpaint_zoo.data.planning import epoch_steps, full_batches
from inpaint_zoo.training.trainer import count_processes

_MAX_STEPS = "trainer.max_steps"


def in_steps(config: DictConfig, data: InpaintingDataModule) -> DictConfig:
    """The configuration with its length in optimizer steps, which schedules and intervals are counted in.

    `trainer.max_epochs` counts in place of the `trainer.max_steps` of a file. Where the command line gives both, the
    training ends with what comes first.

    Args:
        config: The configuration of `train`.
        data: Has found its images.
    """
    trainer = config.trainer
    if trainer.max_epochs is None:
        return config
    batch = data.batch_size * count_processes(config)
    batches = full_batches(data.samples_per_epoch, len(data.train_dataset), batch)
    steps = trainer.max_epochs * epoch_steps(
        batches, trainer.get("limit_train_batches"), trainer.accumulate_grad_batches
    )
    has_both = any(override.lstrip("+").startswith(f"{_MAX_STEPS}=") for override in HydraConfig.get().overrides.task)
    planned = copy.deepcopy(config)
    planned.trainer.max_steps = min(steps, trainer.max_steps) if has_both else steps
    planned.trainer.max_epochs = None
    return planned
