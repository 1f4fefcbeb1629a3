"""Sample pictures while a network learns, to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from torch.utils.data import default_collate

from inpaint_zoo.batch import Batch, Prediction
from inpaint_zoo.images.arrays import Picture, as_hole, to_uint8
from inpaint_zoo.images.drawing import hatch
from inpaint_zoo.images.reading import write_png
from inpaint_zoo.training.callbacks.evaluation_mode import as_in_validation
from inpaint_zoo.training.loggers import ShownPicture, TakesPictures

FOLDER = "pictures"
GAP = 4
"""White pixels between the pictures and around them."""


class SamplePictures(pl.Callback):
    """Write `pictures/step_00001000.png` in the run folder every so many steps and after the last: a row per picture.

    The pictures are always the same validation pictures with the same masks, taken at even distances from the
    validation set. Columns: the input with its hole hatched, the network's intermediate pictures, its output, the
    composite, the original. Loggers that take pictures get them too. Training is not disturbed: its weights are the
    same, bit for bit, with pictures and without.

    Args:
        num_pictures: Rows, at most.
        every: Steps between two times; None: as often as validation.
    """

    def __init__(self, *, num_pictures: int, every: int | None) -> None:
        self.num_pictures = num_pictures
        self.every = every
        self._step = 0
        self._batches: list[Batch] = []

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Count from here."""
        self._step = trainer.global_step
        self._batches = []

    def on_train_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any, **__: Any) -> None:
        """Make the pictures when it is time."""
        step = trainer.global_step
        if step == self._step or not trainer.is_global_zero or self.num_pictures < 1:
            return
        self._step = step
        if step % (self.every or trainer.val_check_interval) and step != trainer.max_steps:
            return
        shown = self._shown(trainer, pl_module)
        write_png(Path(trainer.default_root_dir) / FOLDER / f"step_{step:08d}.png", picture_grid(shown))
        for logger in trainer.loggers:
            if isinstance(logger, TakesPictures):
                logger.log_pictures(shown, step - 1)  # where Lightning logs this step and its validation

    def _shown(self, trainer: pl.Trainer, module: pl.LightningModule) -> list[ShownPicture]:
        self._batches = self._batches or self._fixed_batches(trainer)
        shown: list[ShownPicture] = []
        with as_in_validation(trainer, module):
            for batch in self._batches:
                image, mask = batch["image"].to(module.device), batch["mask"].to(module.device)
                shown += shown_pictures(Batch(image=image, mask=mask, name=batch["name"]), module(image, mask))
        return shown

    def _fixed_batches(self, trainer: pl.Trainer) -> list[Batch]:
        data: Any = trainer.datamodule  # type: ignore[attr-defined]
        dataset = data.val_dataset
        count = min(self.num_pictures, len(dataset))
        samples = [dataset[number * len(dataset) // count] for number in range(count)]
        starts = range(0, count, data.eval_batch_size)
        return [default_collate(samples[start : start + data.eval_batch_size]) for start in starts]


@torch.no_grad()
def shown_pictures(batch: Batch, prediction: Prediction) -> list[ShownPicture]:
    """The pictures of a batch with what a network made of them; see `SamplePictures`."""
    target, holes = to_uint8(batch["image"]), as_hole(batch["mask"][:, 0].cpu().numpy())
    made = {**prediction.intermediates, "output": prediction.image, "composite": prediction.composite}
    columns = {
        "input": hatch(target, holes),
        **{key: to_uint8(picture.expand(-1, 3, -1, -1)) for key, picture in made.items()},
        "target": target,
    }
    return [
        ShownPicture(name, holes[number], {key: pictures[number] for key, pictures in columns.items()})
        for number, name in enumerate(batch["name"])
    ]


def picture_grid(shown: Sequence[ShownPicture]) -> Picture:
    """One picture with a row per sample."""
    cells = np.stack([np.stack(list(row.columns.values())) for row in shown])
    framed = np.pad(cells, ((0, 0), (0, 0), (GAP, 0), (GAP, 0), (0, 0)), constant_values=255)
    grid = np.concatenate(np.concatenate(framed, axis=1), axis=1)
    return np.pad(grid, ((0, GAP), (0, GAP), (0, 0)), constant_values=255)
