"""Loggers in addition to `metrics.csv`: Weights & Biases and TensorBoard."""

from inpaint_zoo.training.loggers.base import ImageLogger, ShownImage, SummaryLogger, WorstImage
from inpaint_zoo.training.loggers.run_id import RunIdentity, stored_run_id
from inpaint_zoo.training.loggers.tensorboard import TensorBoardEvents
from inpaint_zoo.training.loggers.wandb import WandbRun

__all__ = [
    "ImageLogger",
    "RunIdentity",
    "ShownImage",
    "SummaryLogger",
    "TensorBoardEvents",
    "WandbRun",
    "WorstImage",
    "stored_run_id",
]
