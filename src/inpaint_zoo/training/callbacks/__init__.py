"""What happens around training: checkpoints, metrics and their file, pictures, progress."""

from inpaint_zoo.training.callbacks.best_checkpoint import BestCheckpoint
from inpaint_zoo.training.callbacks.collapse import DiscriminatorCollapse
from inpaint_zoo.training.callbacks.ema import MovingAverage, optional_average
from inpaint_zoo.training.callbacks.finite_loss import FiniteLoss
from inpaint_zoo.training.callbacks.last_checkpoint import LastCheckpoint
from inpaint_zoo.training.callbacks.loss_log import LossLog
from inpaint_zoo.training.callbacks.optimizer_settings import OptimizerSettings
from inpaint_zoo.training.callbacks.progress import StepProgress
from inpaint_zoo.training.callbacks.run_summary import RunSummary
from inpaint_zoo.training.callbacks.sample_images import SamplePictures
from inpaint_zoo.training.callbacks.validation_metrics import ValidationMetrics
from inpaint_zoo.training.loggers.csv_file import MetricsFile

__all__ = [
    "BestCheckpoint",
    "DiscriminatorCollapse",
    "FiniteLoss",
    "LastCheckpoint",
    "LossLog",
    "MetricsFile",
    "MovingAverage",
    "OptimizerSettings",
    "RunSummary",
    "SamplePictures",
    "StepProgress",
    "ValidationMetrics",
    "optional_average",
]
