"""Callbacks of a training: checkpoints, metrics, images, progress."""

from inpaint_zoo.training.callbacks.activation_checkpointing import (
    ActivationCheckpointing,
    optional_activation_checkpointing,
)
from inpaint_zoo.training.callbacks.best_checkpoint import BestCheckpoint
from inpaint_zoo.training.callbacks.collapse import DiscriminatorCollapse
from inpaint_zoo.training.callbacks.ema import EMA, optional_ema
from inpaint_zoo.training.callbacks.finite_loss import FiniteLoss
from inpaint_zoo.training.callbacks.last_checkpoint import LastCheckpoint
from inpaint_zoo.training.callbacks.loss_log import LossLog
from inpaint_zoo.training.callbacks.optimizer_settings import OptimizerSettings
from inpaint_zoo.training.callbacks.progress import StepProgress
from inpaint_zoo.training.callbacks.run_summary import RunSummary
from inpaint_zoo.training.callbacks.sample_images import SampleImages
from inpaint_zoo.training.callbacks.telemetry import Telemetry
from inpaint_zoo.training.callbacks.validation_metrics import ValidationMetrics
from inpaint_zoo.training.loggers.csv_file import MetricsCSV

__all__ = [
    "EMA",
    "ActivationCheckpointing",
    "BestCheckpoint",
    "DiscriminatorCollapse",
    "FiniteLoss",
    "LastCheckpoint",
    "LossLog",
    "MetricsCSV",
    "OptimizerSettings",
    "RunSummary",
    "SampleImages",
    "StepProgress",
    "Telemetry",
    "ValidationMetrics",
    "optional_activation_checkpointing",
    "optional_ema",
]
