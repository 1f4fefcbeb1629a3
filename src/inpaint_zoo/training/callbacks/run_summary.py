"""What a training amounts to, for loggers that keep a summary: best values and worst images."""

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
from inpaint_zoo.training.loggers import TakesSummary, WorstImage

_VALIDATION = "val/"


class RunSummary(pl.Callback):
    """Hand over the best value of each validation metric, by bin too, and at the end the worst images.

    The worst images are those of the last validation with the lowest PSNR in their holes. Best values outlive a
    resumed training, in its checkpoints. Stands after the `ValidationMetrics`, which scores the images.

    Args:
        num_worst: Images, at most.
    """

    def __init__(self, *, num_worst: int) -> None:
        self.num_worst = num_worst
        self.best: dict[str, float] = {}
        self.worst: list[WorstImage] = []
        self._step = 0

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Find what scores the images.

        Raises:
            InputError: There is none.
        """
        callbacks: list[pl.Callback] = trainer.callbacks  # type: ignore[attr-defined]  # set in Trainer.__init__
        found = [callback for callback in callbacks if isinstance(callback, ValidationMetrics)]
        if not found:
            raise InputError("callbacks.run_summary needs callbacks.validation_metrics: leave out both, or none")
        (self.metrics,) = found

    def state_dict(self) -> dict[str, Any]:
        """The best values."""
        return {"best": dict(self.best)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up what `state_dict` gave."""
        self.best = dict(state_dict["best"])

    def on_validation_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Forget the images of the last validation."""
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
        if not _takers(trainer):
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
        """Find the worst of all processes."""
        if _takers(trainer):
            candidates, self.worst = gather(self.worst), []
            self._keep(candidates)
            self._step = trainer.global_step

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Hand over the best values up to now."""
        for key, value in trainer.callback_metrics.items():
            if key.startswith(_VALIDATION):
                better = min if self.metrics.scores.is_distance(key.rpartition("/")[2]) else max
                self.best[key] = better(float(value), self.best.get(key, float(value)))
        for logger in _takers(trainer):
            logger.log_best(self.best)

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Hand over the worst images."""
        for logger in _takers(trainer):
            logger.log_worst(self.worst, self._step - 1)  # where Lightning logs this validation

    def on_exception(self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException) -> None:
        """As at the end."""
        self.on_train_end(trainer, pl_module)

    def _keep(self, candidates: Any) -> None:
        self.worst = sorted([*self.worst, *candidates], key=lambda image: image.hole_psnr)[: self.num_worst]


def _takers(trainer: pl.Trainer) -> list[TakesSummary]:
    return [logger for logger in trainer.loggers if isinstance(logger, TakesSummary)]
