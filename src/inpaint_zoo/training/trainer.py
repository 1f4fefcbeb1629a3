"""Build the Trainer that a configuration describes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from lightning_fabric.utilities.exceptions import MisconfigurationException
from omegaconf import DictConfig, OmegaConf
from pytorch_lightning.callbacks import Callback, Checkpoint, ProgressBar

from inpaint_zoo.config.build import construct
from inpaint_zoo.errors import InputError
from inpaint_zoo.training.checkpoint_io import AtomicCheckpoints
from inpaint_zoo.training.loggers.build import build_loggers
from inpaint_zoo.training.precision import check_precision
from inpaint_zoo.training.validation import validate_by_steps

_SWITCHES: dict[str, type[Callback]] = {"enable_progress_bar": ProgressBar, "enable_checkpointing": Checkpoint}
"""Arguments of the Trainer that remove callbacks of a class; Lightning would add its own if there is none."""


def build_trainer(config: DictConfig, folder: Path) -> pl.Trainer:
    """The Trainer of a run, with its callbacks and loggers.

    Args:
        config: The configuration of `train`.
        folder: The run folder.

    Raises:
        InputError: The machine or Lightning does not support what `trainer` asks for.
    """
    steps = config.trainer.max_steps
    interval = config.trainer.val_check_interval
    check_precision(config)
    with _refusals():
        callbacks = build_callbacks(config)
        trainer: pl.Trainer = construct(
            config.trainer,
            val_check_interval=min(interval, steps) if steps > 0 else interval,
            callbacks=callbacks,
            logger=build_loggers(config, folder) or False,
            plugins=[AtomicCheckpoints()],
            default_root_dir=folder,
            **{key: any(isinstance(callback, kind) for callback in callbacks) for key, kind in _SWITCHES.items()},
        )
    validate_by_steps(trainer)
    return trainer


def count_processes(config: DictConfig) -> int:
    """The number of processes that a configuration of `train` describes on this machine and the others.

    Raises:
        InputError: As `build_trainer`.
    """
    keys = ("accelerator", "devices", "num_nodes", "strategy")
    switches = ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary")
    values: Any = OmegaConf.to_container(config.trainer, resolve=True)
    given = {key: value for key, value in values.items() if key in keys} | dict.fromkeys(switches, False)
    with _refusals():
        trainer = pl.Trainer(**given)
    return trainer.world_size


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """Say in one line what Lightning refuses: a missing device, SLURM's --ntasks without --ntasks-per-node."""
    try:
        yield
    except (MisconfigurationException, ValueError, TypeError, RuntimeError) as error:
        raise InputError(f"trainer: {error}") from error


def build_callbacks(config: DictConfig) -> list[Callback]:
    """The callbacks of a configuration of `train`, in its order, without those that are switched off."""
    unwanted = tuple(kind for key, kind in _SWITCHES.items() if not config.trainer.get(key, True))
    nodes = [node for node in (config.get("callbacks") or {}).values() if node is not None]
    built: list[Callback | None] = [construct(node) for node in nodes]
    return [callback for callback in built if callback is not None and not isinstance(callback, unwanted)]
