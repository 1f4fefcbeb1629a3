"""The summary of a training for loggers that keep one: best values and worst images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytorch_lightning as pl
from torch import Tensor

from inpaint_zoo.batch import Batch
from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime.processes import gather
from inpaint_zoo.training.callbacks.sample_images import shown_images
from inpaint_zoo.training.callbacks.validation_metrics import ValidationMetrics, prediction_of
from inpaint_zoo.training.loggers import SummaryLogger, WorstImage

_VALIDATION = "val/"


class RunSummary(pl.Callback):
    """Give loggers the best value of each validation metric, also per bin, and at the end the worst images.

    The worst images are those of the last validation with the lowest PSNR in their holes. Best values are part of the
    checkpoints and survive resuming. This callback comes after `ValidationMetrics`, whose scores it uses.

    Args:
        num_worst: Maximum number of worst images.
    """

    def __init__(self, *, num_worst: int = 8) -> None:
        self.num_worst = num_worst
        self.best: dict[str, float] = {}
        self.worst: list[WorstImage] = []
        self._step = 0

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Find the `ValidationMetrics`.

        Raises:
            InputError: There is none.
        """
        callbacks: list[pl.Callback] = trainer.callbacks  # type: ignore[attr-defined]  # set in Trainer.__init__
        found = [callback for callback in callbacks if isinstance(callback, ValidationMetrics)]
        if not found:
            raise InputError("callbacks.run_summary needs callbacks.validation_metrics: leave out both, or neither")
        (self.metrics,) = found

    def state_dict(self) -> dict[str, Any]:
        """The best values."""
        return {"best": dict(self.best)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore what `state_dict` returned."""
        self.best = dict(state_dict["best"])

    def on_validation_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Drop the images of the last validation."""
        self.worst = []

    def on_validation_batch_end(  # noqa: D102, PLR0917 (documented and shaped by Lightning)
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Tensor | Mapping[str, Any] | None,
        batch: Batch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        if not _summary_loggers(trainer):
            return
        records = self.metrics.records[-len(batch["name"]) :]
        limit = self.worst[-1].hole_psnr if len(self.worst) >= self.num_worst else float("inf")
        scores = [record.metrics["hole_psnr"] for record in records]
        if any(score is not None and score < limit for score in scores):
            shown = shown_images(batch, prediction_of(outputs))
            self._keep(
                WorstImage(image, record.ratio, score)
                for image, record, score in zip(shown, records, scores, strict=True)
                if score is not None and score < limit
            )

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Find the worst images of all ranks."""
        if _summary_loggers(trainer):
            candidates, self.worst = gather(self.worst), []
            self._keep(candidates)
            self._step = trainer.global_step

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Log the best values so far."""
        for key, value in trainer.callback_metrics.items():
            if key.startswith(_VALIDATION):
                better = min if self.metrics.scores.is_distance(key.rpartition("/")[2]) else max
                self.best[key] = better(float(value), self.best.get(key, float(value)))
        for logger in _summary_loggers(trainer):
            logger.log_best(self.best)

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Log the worst images."""
        for logger in _summary_loggers(trainer):
            logger.log_worst(self.worst, self._step)  # where Lightning logs this validation

    def on_exception(self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException) -> None:
        """Log the worst images, as at the end."""
        self.on_train_end(trainer, pl_module)

    def _keep(self, candidates: Any) -> None:
        self.worst = sorted([*self.worst, *candidates], key=lambda image: image.hole_psnr)[: self.num_worst]


def _summary_loggers(trainer: pl.Trainer) -> list[SummaryLogger]:
    return [logger for logger in trainer.loggers if isinstance(logger, SummaryLogger)]
