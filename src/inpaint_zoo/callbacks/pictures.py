"""Sample pictures of every validation, to look at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor
from torchvision.utils import make_grid

from inpaint_zoo.batch import Batch, Prediction
from inpaint_zoo.callbacks.metrics import prediction_of
from inpaint_zoo.images import write_png
from inpaint_zoo.metrics.pictures import to_uint8

HOLE_COLOUR = (1.0, 0.0, 1.0)
"""Magenta: rare in photographs, so that a hole is not taken for a part of the picture."""


class SamplePictures(pl.Callback):
    """Write `pictures/step_00001000.png` after each validation: a row per picture of its first batch.

    Columns: the input with its hole in magenta, the network's intermediate pictures, its output, the composite, the
    original.

    Args:
        folder: Where the pictures go.
        num_pictures: Rows, at most.
    """

    def __init__(self, *, folder: Path, num_pictures: int) -> None:
        self.folder = folder
        self.num_pictures = num_pictures

    def on_validation_batch_end(  # noqa: D102, PLR0917 (documented and shaped by Lightning)
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Tensor | Mapping[str, Any] | None,
        batch: Batch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        if batch_idx == 0 and trainer.is_global_zero:
            grid = picture_grid(batch, prediction_of(outputs), self.num_pictures)
            write_png(self.folder / f"step_{trainer.global_step:08d}.png", to_uint8(grid))


def picture_grid(batch: Batch, prediction: Prediction, num_pictures: int) -> Tensor:
    """One picture (3, H, W) with a row per sample; see `SamplePictures`."""
    image, mask = batch["image"], batch["mask"]
    damaged = torch.where(mask.bool(), image.new_tensor(HOLE_COLOUR)[:, None, None], image)
    columns = [damaged, *prediction.intermediates.values(), prediction.image, prediction.composite, image]
    colour = [column.expand(-1, 3, -1, -1).float() for column in columns]
    rows = torch.stack([column[:num_pictures] for column in colour], dim=1)
    grid: Tensor = make_grid(rows.flatten(0, 1), nrow=len(columns), padding=4, pad_value=1.0)
    return grid
