"""Metrics of validation and test: means of per-image values, over all images and per bin of the hole ratio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytorch_lightning as pl
from torch import Tensor

from inpaint_zoo.batch import Batch, Prediction
from inpaint_zoo.checks import true_or_false
from inpaint_zoo.errors import InputError
from inpaint_zoo.metrics.definition import STANDARD_METRICS
from inpaint_zoo.metrics.lpips import LPIPSDistance, load_lpips
from inpaint_zoo.metrics.per_image import REGIONS, ImageScores
from inpaint_zoo.metrics.reading import Measure
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.weights import MetricUnavailableError

_NODE = "callbacks.validation_metrics"


class ValidationMetrics(pl.Callback):
    """Log `val/psnr`, `val/hole_psnr`, `val/ssim`, ... and the same per bin, `val/20-40/psnr`, of the composites.

    After a test, `test/psnr`, ... . It reads `image`, `mask` and `name` of a batch and `composite` of the module's
    `prediction`.

    Args:
        lpips: Whether to log `val/lpips`, `val/hole_lpips`, ... as well, which costs as much as a small network.
        lpips_weights: See `load_lpips`.
        measures: Further measures of one image, by name: `val/NAME`, `val/hole_NAME`, ... .

    Raises:
        InputError: LPIPS is wanted, but not available; or the name of a measure cannot be used.
    """

    def __init__(
        self, *, lpips: bool = False, lpips_weights: str = "imagenet", measures: Mapping[str, Measure] | None = None
    ) -> None:
        metrics = replace(STANDARD_METRICS, more=dict(measures or {}))
        network = _lpips(lpips_weights) if true_or_false(lpips, f"{_NODE}.lpips") else None
        self.scores = ImageScores(metrics, network)
        self.records: list[Record] = []
        """Records of the images of this rank."""

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Keep the scores on a device where ranks can exchange them."""
        self.scores.to(trainer.strategy.root_device)

    def on_validation_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Drop the scores of the last validation."""
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
        """Log the means over the images of all ranks; known pixels never change in training, they are left out."""
        self._log(pl_module, "val")

    on_test_epoch_start = on_validation_epoch_start
    on_test_batch_end = on_validation_batch_end

    def on_test_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """As after a validation."""
        self._log(pl_module, "test")

    def _log(self, pl_module: pl.LightningModule, prefix: str) -> None:
        computed = self.scores.compute().items()
        means = {f"{prefix}/{key}": mean for key, mean in computed if REGIONS["known"] not in key}
        # all ranks hold the same numbers: "max" keeps them exactly, a mean would round
        pl_module.log_dict(means, batch_size=1, sync_dist=True, reduce_fx="max")


def _lpips(weights: str) -> LPIPSDistance:
    try:
        return load_lpips(str(STANDARD_METRICS.lpips), weights)
    except MetricUnavailableError as error:
        raise InputError(f"{_NODE}.lpips=true: {error} Give them as a file: {_NODE}.lpips_weights=PATH") from error


def prediction_of(outputs: Tensor | Mapping[str, Any] | None) -> Prediction:
    """The prediction that a step of `InpaintingModule` returned for its batch."""
    assert isinstance(outputs, Mapping)
    prediction = outputs["prediction"]
    assert isinstance(prediction, Prediction)
    return prediction
