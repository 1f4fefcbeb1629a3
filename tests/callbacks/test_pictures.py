from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from inpaint_zoo.batch import Batch, Prediction, composite
from inpaint_zoo.callbacks import SamplePictures
from inpaint_zoo.callbacks.pictures import GAP, picture_grid
from inpaint_zoo.images import hatch, read_image


def example(count: int) -> tuple[Batch, Prediction]:
    image, mask = torch.full((count, 3, 8, 6), 0.25), torch.zeros(count, 1, 8, 6)
    mask[..., 2:4, 2:4] = 1
    output = torch.full_like(image, 0.75)
    intermediates = {"edge": torch.zeros(count, 1, 8, 6)}
    batch = Batch(image=image, mask=mask, name=["x"] * count)
    return batch, Prediction(output, composite(output, image, mask), intermediates)


def test_a_row_shows_input_intermediates_output_composite_and_original() -> None:
    batch, prediction = example(3)
    grid = picture_grid(batch, prediction, num_pictures=2)
    assert grid.shape == (GAP + 2 * (8 + GAP), GAP + 5 * (6 + GAP), 3)
    for top in (GAP, GAP + 8 + GAP):
        cells = [grid[top : top + 8, left : left + 6] for left in range(GAP, grid.shape[1], 6 + GAP)]
        hole = batch["mask"][0, 0].numpy().astype(bool)
        assert np.array_equal(cells[0], hatch(cells[4], hole))
        assert [int(cell[0, 0, 0]) for cell in cells] == [64, 0, 191, 64, 64]
        assert [int(cell[3, 3, 0]) for cell in cells[1:]] == [0, 191, 191, 64]
    assert (grid[:GAP] == 255).all()
    assert (grid[:, -GAP:] == 255).all()


def test_only_the_first_batch_of_a_validation_is_kept(tmp_path: Path) -> None:
    callback: Any = SamplePictures(folder=tmp_path / "pictures", num_pictures=4)
    batch, prediction = example(2)
    for rank, index in ((0, 0), (0, 1), (1, 0)):
        trainer = SimpleNamespace(global_step=10 * rank + 5, is_global_zero=rank == 0)
        callback.on_validation_batch_end(trainer, None, {"prediction": prediction}, batch, index)
    (path,) = (tmp_path / "pictures").iterdir()
    assert path.name == "step_00000005.png"
    assert read_image(path).shape == (4 + 2 * 12, 4 + 5 * 10, 3)
