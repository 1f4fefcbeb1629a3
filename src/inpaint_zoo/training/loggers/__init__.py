"""Trackers of runs beside `metrics.csv`: Weights & Biases and TensorBoard."""

from inpaint_zoo.training.loggers.base import ShownPicture, TakesPictures, TakesSummary, WorstPicture
from inpaint_zoo.training.loggers.run_id import Identity, kept_id
from inpaint_zoo.training.loggers.tensorboard import EventFile
from inpaint_zoo.training.loggers.wandb import WandbRun

__all__ = [
    "EventFile",
    "Identity",
    "ShownPicture",
    "TakesPictures",
    "TakesSummary",
    "WandbRun",
    "WorstPicture",
    "kept_id",
]
