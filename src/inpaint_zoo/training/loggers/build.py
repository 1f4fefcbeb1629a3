"""Build the loggers that a configuration describes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from pytorch_lightning.loggers import Logger

from inpaint_zoo.config.build import construct
from inpaint_zoo.training.loggers import RunIdentity, WandbRun


def build_loggers(config: DictConfig, folder: Path) -> list[Logger]:
    """The loggers of a run; none with `logger=none`.

    Args:
        config: The configuration of `train`.
        folder: The run folder.

    Raises:
        InputError: A logger cannot be built, for example because its package is missing.
    """
    nodes = [node for node in (config.get("logger") or {}).values() if node is not None]
    loggers: list[Logger] = [construct(node, save_dir=folder) for node in nodes]
    for logger in loggers:
        if isinstance(logger, WandbRun):
            plain: Any = OmegaConf.to_container(config, resolve=True)
            logger.identify(_identity(config), plain)
    return loggers


def _identity(config: DictConfig) -> RunIdentity:
    model = config.model._target_.rpartition(".")[2].lower()
    title = f"{model}-seed{config.seed}"
    hydra = HydraConfig.get() if HydraConfig.initialized() else None
    if hydra is None or hydra.mode is not RunMode.MULTIRUN:
        return RunIdentity(title, None, None)
    return RunIdentity(title, Path(hydra.sweep.dir).name, str(hydra.job.num))
