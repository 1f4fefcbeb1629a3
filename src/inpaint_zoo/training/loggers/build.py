"""The loggers that a configuration asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from pytorch_lightning.loggers import Logger

from inpaint_zoo.config.build import construct
from inpaint_zoo.training.loggers import Identity, WandbRun


def build_loggers(config: DictConfig, folder: Path) -> list[Logger]:
    """The loggers of a run, none with `logger=none`.

    Args:
        config: Of `train`.
        folder: Of the run.

    Raises:
        InputError: One cannot be had.
    """
    nodes = [node for node in (config.get("logger") or {}).values() if node is not None]
    loggers: list[Logger] = [construct(node, save_dir=folder) for node in nodes]
    for logger in loggers:
        if isinstance(logger, WandbRun):
            plain: Any = OmegaConf.to_container(config, resolve=True)
            logger.introduce(_identity(config), plain)
    return loggers


def _identity(config: DictConfig) -> Identity:
    model = config.model._target_.rpartition(".")[2].lower()
    title = f"{model}-seed{config.seed}"
    hydra = HydraConfig.get() if HydraConfig.initialized() else None
    if hydra is None or hydra.mode is not RunMode.MULTIRUN:
        return Identity(title, None, None)
    return Identity(title, Path(hydra.sweep.dir).name, str(hydra.job.num))
