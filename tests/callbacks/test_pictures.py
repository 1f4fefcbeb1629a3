from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from inpaint_zoo.batch import Batch, Prediction, composite
from inpaint_zoo.callbacks import SamplePictures
from inpaint_zoo.callbacks.pictures import HOLE_COLOUR, picture_grid
from inpaint_zoo.images import read_image


def example(count: int) -> tuple[Batch, Prediction]:
    image, mask = torch.full((count, 3, 8, 6), 0.25), torch.zeros(count, 1, 8, 6)
    mask[..., 2:4, 2:4] = 1
    output = torch.full_like(image, 0.75)
    intermediates = {"edge": torch.zeros(count, 1, 8, 6)}
    batch = Batch(image=image, mask=mask, name=["x"] * count)
    return batch, Prediction(output, composite(output, image, mask), intermediates)


def test_a_row_shows_input_intermediates_output_composite_and_original() -> None:
    grid = picture_grid(*example(3), num_pictures=2)
    assert grid.shape == (3, 4 + 2 * (8 + 4), 4 + 5 * (6 + 4))
    cells = [grid[:, 4:12, 4 + 10 * column : 10 + 10 * column] for column in range(5)]
    assert tuple(cells[0][:, 3, 3].tolist()) == HOLE_COLOUR
    assert [float(cell[0, 0, 0]) for cell in cells] == [0.25, 0, 0.75, 0.25, 0.25]
    assert [float(cell[0, 3, 3]) for cell in cells[1:]] == [0, 0.75, 0.75, 0.25]


def test_only_the_first_batch_of_a_validation_is_kept(tmp_path: Path) -> None:
    callback: Any = SamplePictures(folder=tmp_path / "pictures", num_pictures=4)
    batch, prediction = example(2)
    for rank, index in ((0, 0), (0, 1), (1, 0)):
        trainer = SimpleNamespace(global_step=10 * rank + 5, is_global_zero=rank == 0)
        callback.on_validation_batch_end(trainer, None, {"prediction": prediction}, batch, index)
    (path,) = (tmp_path / "pictures").iterdir()
    assert path.name == "step_00000005.png"
    assert read_image(path).shape == (4 + 2 * 12, 4 + 5 * 10, 3)
