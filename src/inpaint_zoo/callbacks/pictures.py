"""Sample pictures of every validation, to look at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
from torch import Tensor

from inpaint_zoo.batch import Batch, Prediction
from inpaint_zoo.callbacks.metrics import prediction_of
from inpaint_zoo.images import hatch, write_png
from inpaint_zoo.metrics.pictures import Picture, as_hole, to_uint8

GAP = 4
"""White pixels between the pictures and around them."""


class SamplePictures(pl.Callback):
    """Write `pictures/step_00001000.png` after each validation: a row per picture of its first batch.

    Columns: the input with its hole hatched, the network's intermediate pictures, its output, the composite, the
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
            write_png(self.folder / f"step_{trainer.global_step:08d}.png", grid)


def picture_grid(batch: Batch, prediction: Prediction, num_pictures: int) -> Picture:
    """One picture with a row per sample; see `SamplePictures`."""
    image, hole = to_uint8(batch["image"]), as_hole(batch["mask"][:, 0].cpu().numpy())
    made = [*prediction.intermediates.values(), prediction.image, prediction.composite]
    columns = [hatch(image, hole), *(to_uint8(column.expand(-1, 3, -1, -1)) for column in made), image]
    cells = np.stack(columns, axis=1)[:num_pictures]
    framed = np.pad(cells, ((0, 0), (0, 0), (GAP, 0), (GAP, 0), (0, 0)), constant_values=255)
    grid = np.concatenate(np.concatenate(framed, axis=1), axis=1)
    return np.pad(grid, ((0, GAP), (0, GAP), (0, 0)), constant_values=255)
