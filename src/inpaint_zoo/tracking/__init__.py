"""Trackers of runs beside `metrics.csv`: Weights & Biases and TensorBoard."""

from inpaint_zoo.tracking.base import ShownPicture, TakesPictures, TakesSummary, WorstPicture
from inpaint_zoo.tracking.event_file import EventFile
from inpaint_zoo.tracking.identity import Identity, kept_id
from inpaint_zoo.tracking.wandb_run import WandbRun

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
