"""Validation metrics: means per picture, over all pictures and by the bin of their hole ratio."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytorch_lightning as pl
from torch import Tensor

from inpaint_zoo.batch import Batch, Prediction
from inpaint_zoo.metrics.bins import ALL, BINS
from inpaint_zoo.metrics.definition import STANDARD_METRICS
from inpaint_zoo.metrics.pictures import to_uint8
from inpaint_zoo.metrics.records import Record, SummaryRow, summarise
from inpaint_zoo.metrics.score import score
from inpaint_zoo.parallel import gather


class ValidationMetrics(pl.Callback):
    """Log `val/psnr`, `val/hole_psnr`, `val/ssim`, ... and the same per bin, `val/20-40/psnr`, of the composites.

    Reads `image`, `mask` and `name` of a batch and `composite` of the module's `prediction`. LPIPS, which costs as much
    as a small network, is left to `evaluate`.
    """

    def __init__(self) -> None:
        self.records: list[Record] = []

    def on_validation_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Forget the records of the last validation."""
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
        pictures = zip(
            batch["name"],
            to_uint8(batch["image"]),
            to_uint8(prediction_of(outputs).composite),
            batch["mask"][:, 0].cpu().numpy(),
            strict=True,
        )
        for name, target, composite, mask in pictures:
            self.records.append(
                Record.from_score("network", name, name, score(target, composite, mask, STANDARD_METRICS))
            )

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Log the means over the pictures of all ranks."""
        for row in summarise(gather(self.records)):
            if row.bin in {*BINS, ALL}:
                # all ranks have the same numbers; of the ways to reduce them, only a mean would round
                pl_module.log_dict(logged(row), batch_size=row.num_pictures, sync_dist=True, reduce_fx="max")


def prediction_of(outputs: Tensor | Mapping[str, Any] | None) -> Prediction:
    """What a step of `InpaintingModule` returned for its batch."""
    assert isinstance(outputs, Mapping)
    prediction = outputs["prediction"]
    assert isinstance(prediction, Prediction)
    return prediction


def logged(row: SummaryRow) -> dict[str, Any]:
    """The means of a row by their names in a logger; a mean that is not defined has none."""
    prefix = "val" if row.bin == ALL else f"val/{row.bin}"
    return {f"{prefix}/{key}": value for key, value in row.means.items() if value is not None}
