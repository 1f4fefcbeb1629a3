import numpy as np
import torch

from inpaint_zoo.fills import FILLS
from inpaint_zoo.methods import ClassicalFill, Sample
from inpaint_zoo.methods.base import samples


def test_a_batch_is_taken_apart_without_loss() -> None:
    levels = torch.randint(0, 256, (2, 3, 5, 4), generator=torch.Generator().manual_seed(0))
    mask = (torch.rand(2, 1, 5, 4, generator=torch.Generator().manual_seed(1)) > 0.5).float()
    first, second = samples({"image": levels.float() / 255, "mask": mask, "name": ["a", "b"]})
    assert (first.name, second.name) == ("a", "b")
    assert np.array_equal(second.image, levels[1].permute(1, 2, 0).numpy())
    assert np.array_equal(first.hole, mask[0, 0].bool().numpy())


def test_a_classical_fill_gets_picture_and_hole() -> None:
    image = np.random.RandomState(0).randint(0, 256, (8, 9, 3), dtype=np.uint8)
    hole = np.zeros((8, 9), bool)
    hole[2:4, 3:5] = True
    filled = ClassicalFill(FILLS["mean"])(Sample("a", image, hole))
    assert np.array_equal(filled, FILLS["mean"](image, hole))
    assert np.array_equal(filled[~hole], image[~hole])
