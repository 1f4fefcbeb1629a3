"""Metrics of validation and test: means per image, over all images and by the bin of their hole ratio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytorch_lightning as pl
from torch import Tensor

from inpaint_zoo.batch import Batch, Prediction
from inpaint_zoo.metrics.definition import STANDARD_METRICS
from inpaint_zoo.metrics.per_image import ImageScores
from inpaint_zoo.metrics.reading import Measure
from inpaint_zoo.metrics.records import Record


class ValidationMetrics(pl.Callback):
    """Log `val/psnr`, `val/hole_psnr`, `val/ssim`, ... and the same per bin, `val/20-40/psnr`, of the composites.

    After a test, `test/psnr`, ... . Reads `image`, `mask` and `name` of a batch and `composite` of the module's
    `prediction`. LPIPS, which costs as much as a small network, is left to `evaluate`.

    Args:
        measures: Further measures of one image, by name: `val/NAME`, `val/hole_NAME`, ... .

    Raises:
        InputError: A name cannot be used.
    """

    def __init__(self, measures: Mapping[str, Measure] | None = None) -> None:
        self.scores = ImageScores(replace(STANDARD_METRICS, more=dict(measures or {})))
        self.records: list[Record] = []
        """Of the images of this rank."""

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Keep the scores where ranks can exchange them."""
        self.scores.to(trainer.strategy.root_device)

    def on_validation_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Forget the scores of the last validation."""
        self.scores.reset()
        self.records.clear()

    def on_validation_batch_end(  # noqa: D102, PLR0917 (documented and shaped by Lightning)
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Tensor | Mapping[str, Any] | None,
        batch: Batch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        self.scores.update(prediction_of(outputs).composite, batch["image"], batch["mask"])
        for name, scored in zip(batch["name"], self.scores.last_batch(), strict=True):
            self.records.append(Record.from_score("network", name, name, scored))

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Log the means over the images of all ranks."""
        self._log(pl_module, "val")

    on_test_epoch_start = on_validation_epoch_start
    on_test_batch_end = on_validation_batch_end

    def on_test_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """As after a validation."""
        self._log(pl_module, "test")

    def _log(self, pl_module: pl.LightningModule, prefix: str) -> None:
        means = {f"{prefix}/{key}": mean for key, mean in self.scores.compute().items()}
        # all ranks have the same numbers; of the ways to reduce them, only a mean would round
        pl_module.log_dict(means, batch_size=1, sync_dist=True, reduce_fx="max")


def prediction_of(outputs: Tensor | Mapping[str, Any] | None) -> Prediction:
    """What a step of `InpaintingModule` returned for its batch."""
    assert isinstance(outputs, Mapping)
    prediction = outputs["prediction"]
    assert isinstance(prediction, Prediction)
    return prediction
