"""The Trainer that a configuration asks for."""

from __future__ import annotations

from pathlib import Path

import pytorch_lightning as pl
from lightning_fabric.utilities.exceptions import MisconfigurationException
from omegaconf import DictConfig
from pytorch_lightning.callbacks import Callback, ModelCheckpoint

from inpaint_zoo.callbacks import (
    DiscriminatorCollapse,
    FiniteLoss,
    LastCheckpoint,
    MovingAverage,
    RunSummary,
    SamplePictures,
    StepProgress,
    ValidationMetrics,
)
from inpaint_zoo.construct import construct
from inpaint_zoo.errors import InputError
from inpaint_zoo.training.checkpoint_io import LAST, WholeCheckpoints
from inpaint_zoo.training.loggers import build_loggers
from inpaint_zoo.training.precision import check_precision


def build_trainer(config: DictConfig, folder: Path, best: ModelCheckpoint) -> pl.Trainer:
    """The Trainer of a run.

    Args:
        config: Of `train`.
        folder: Of the run.
        best: Keeps the best checkpoint.

    Raises:
        InputError: The machine or Lightning does not offer what `trainer` asks for.
    """
    steps = config.trainer.max_steps
    interval = config.trainer.val_check_interval
    check_precision(config)
    last = LastCheckpoint(
        path=folder / LAST,
        every=config.checkpoint_every,
        minutes=config.checkpoint_minutes,
        agree_every=config.trainer.log_every_n_steps,
    )
    try:
        trainer: pl.Trainer = construct(
            config.trainer,
            val_check_interval=min(interval, steps) if steps > 0 else interval,
            check_val_every_n_epoch=None,  # validation is counted in steps, across epochs
            callbacks=[*_callbacks(config, folder), best, last],
            logger=build_loggers(config, folder) or False,
            plugins=[WholeCheckpoints()],
            default_root_dir=folder,
            use_distributed_sampler=False,  # the data module shards by itself
            num_sanity_val_steps=0,
            enable_model_summary=False,
        )
    # a device that is not there, an unknown precision
    except (MisconfigurationException, ValueError, TypeError) as error:
        raise InputError(f"trainer: {error}") from error
    return trainer


def _callbacks(config: DictConfig, folder: Path) -> list[Callback]:
    every = config.trainer.log_every_n_steps
    metrics = ValidationMetrics()
    return [
        # first: what is saved must have passed the one and be part of the other
        FiniteLoss(every=every),
        *([] if config.ema_decay is None else [MovingAverage(decay=config.ema_decay)]),
        DiscriminatorCollapse(every=every),
        metrics,
        RunSummary(metrics=metrics, num_worst=config.num_worst_pictures),
        SamplePictures(
            folder=folder / "pictures",
            num_pictures=config.num_sample_pictures,
            every=config.pictures_every or config.trainer.val_check_interval,
        ),
        StepProgress(every=every),
        *(construct(node) for node in config.callbacks.values()),
    ]
