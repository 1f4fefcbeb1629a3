"""Trackers of runs beside `metrics.csv`: Weights & Biases and TensorBoard."""

from inpaint_zoo.training.loggers.base import ShownImage, TakesImages, TakesSummary, WorstImage
from inpaint_zoo.training.loggers.run_id import Identity, kept_id
from inpaint_zoo.training.loggers.tensorboard import TensorBoardEvents
from inpaint_zoo.training.loggers.wandb import WandbRun

__all__ = [
    "Identity",
    "ShownImage",
    "TakesImages",
    "TakesSummary",
    "TensorBoardEvents",
    "WandbRun",
    "WorstImage",
    "kept_id",
]
