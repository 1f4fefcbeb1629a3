"""What happens around training: checkpoints, metrics and their file, pictures, progress."""

from inpaint_zoo.callbacks.best_checkpoint import BestCheckpoint
from inpaint_zoo.callbacks.collapse import DiscriminatorCollapse
from inpaint_zoo.callbacks.finite_loss import FiniteLoss
from inpaint_zoo.callbacks.last_checkpoint import LastCheckpoint
from inpaint_zoo.callbacks.loss_log import LossLog
from inpaint_zoo.callbacks.metrics import ValidationMetrics
from inpaint_zoo.callbacks.metrics_file import MetricsFile
from inpaint_zoo.callbacks.moving_average import MovingAverage, optional_average
from inpaint_zoo.callbacks.optimizer_settings import OptimizerSettings
from inpaint_zoo.callbacks.pictures import SamplePictures
from inpaint_zoo.callbacks.progress import StepProgress
from inpaint_zoo.callbacks.run_summary import RunSummary

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
