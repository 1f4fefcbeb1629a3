"""Sample images of a network during its training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from PIL import Image, ImageDraw
from torch.utils.data import default_collate

from inpaint_zoo.batch import Batch, Prediction, hole
from inpaint_zoo.images.arrays import ImageArray, as_hole, to_uint8
from inpaint_zoo.images.drawing import TextStyle, hatch, write_line
from inpaint_zoo.images.reading import write_png
from inpaint_zoo.training.callbacks.evaluation_mode import evaluation_mode
from inpaint_zoo.training.callbacks.last_step import is_last_step
from inpaint_zoo.training.loggers import ImageLogger, ShownImage

FOLDER = "images"
GAP = 4
"""White pixels between the images and around them."""
HEADING = 18
"""Height in pixels of the names above the columns."""
_STYLE = TextStyle(13, (60, 60, 70))


class SampleImages(pl.Callback):
    """Write `images/step_00001000.png` in the run folder every `every` steps and after the last: one row per image.

    The rows are always the same validation images with the same masks, evenly spaced in the validation set. Columns:
    the input with its hole hatched, the network's intermediate images, its output, the composite, the original. Loggers
    that accept images get them too. Training is not affected: its weights are identical, bit for bit, with and without
    this callback.

    Args:
        num_images: Maximum number of rows.
        every: Steps between two files; None: as often as validation.
    """

    def __init__(self, *, num_images: int = 4, every: int | None = None) -> None:
        self.num_images = num_images
        self.every = every
        self._step = 0
        self._batches: list[Batch] = []

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Count steps from where the training starts or resumes."""
        self._step = trainer.global_step
        self._batches = []

    def on_train_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any, **__: Any) -> None:
        """Write the images every `every` steps."""
        step = trainer.global_step
        if step == self._step or not trainer.is_global_zero or self.num_images < 1:
            return
        self._step = step
        if step % (self.every or trainer.val_check_interval) and not is_last_step(trainer):
            return
        shown = self._shown(trainer, pl_module)
        write_png(Path(trainer.default_root_dir) / FOLDER / f"step_{step:08d}.png", image_grid(shown))
        for logger in trainer.loggers:
            if isinstance(logger, ImageLogger):
                logger.log_images(shown, step)  # where Lightning logs this step and its validation

    def _shown(self, trainer: pl.Trainer, module: pl.LightningModule) -> list[ShownImage]:
        self._batches = self._batches or self._fixed_batches(trainer)
        shown: list[ShownImage] = []
        with evaluation_mode(trainer, module):
            for batch in self._batches:
                image, mask = batch["image"].to(module.device), hole(batch).to(module.device)
                shown += shown_images(Batch(image=image, mask=mask, name=batch["name"]), module(image, mask))
        return shown

    def _fixed_batches(self, trainer: pl.Trainer) -> list[Batch]:
        data: Any = trainer.datamodule  # type: ignore[attr-defined]
        dataset = data.val_dataset
        count = min(self.num_images, len(dataset))
        samples = [dataset[number * len(dataset) // count] for number in range(count)]
        starts = range(0, count, data.eval_batch_size)
        return [default_collate(samples[start : start + data.eval_batch_size]) for start in starts]


@torch.no_grad()
def shown_images(batch: Batch, prediction: Prediction) -> list[ShownImage]:
    """The images of a batch with the outputs of a network; see `SampleImages`."""
    target, holes = to_uint8(batch["image"]), as_hole(batch["mask"][:, 0].cpu().numpy())
    made = {**prediction.intermediates, "output": prediction.image, "composite": prediction.composite}
    columns = {
        "input": hatch(target, holes),
        **{key: to_uint8(image.expand(-1, 3, -1, -1)) for key, image in made.items()},
        "target": target,
    }
    return [
        ShownImage(name, holes[number], {key: images[number] for key, images in columns.items()})
        for number, name in enumerate(batch["name"])
    ]


def image_grid(shown: Sequence[ShownImage]) -> ImageArray:
    """One image with one row per sample, and the names of the columns above them."""
    cells = np.stack([np.stack(list(row.columns.values())) for row in shown])
    framed = np.pad(cells, ((0, 0), (0, 0), (GAP, 0), (GAP, 0), (0, 0)), constant_values=255)
    grid = np.concatenate(np.concatenate(framed, axis=1), axis=1)
    grid = np.pad(grid, ((HEADING, GAP), (0, GAP), (0, 0)), constant_values=255)
    canvas, width = Image.fromarray(grid), cells.shape[3]
    draw = ImageDraw.Draw(canvas)
    for number, name in enumerate(shown[0].columns):
        write_line(draw, (GAP + number * (width + GAP), 2), name, width, _STYLE)
    return np.asarray(canvas)
