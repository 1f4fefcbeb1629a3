"""Object shapes keep their outline, at any size and place, mirrored or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import MaskRequest, ObjectShapeMask

TRIANGLE = np.tril(np.ones((20, 10), np.uint8))


@pytest.fixture
def objects(tmp_path: Path) -> Callable[..., ObjectShapeMask]:
    mask = np.zeros((60, 80), np.uint8)
    mask[7:27, 31:41] = TRIANGLE * 255
    Image.fromarray(mask).save(tmp_path / "triangle.png")

    def make(low: float, high: float, flip_probability: float) -> ObjectShapeMask:
        return ObjectShapeMask(
            root=tmp_path, threshold=128, invert=False, object_size=[low, high], flip_probability=flip_probability
        )

    return make


def cut_out(mask: np.ndarray) -> np.ndarray:
    rows, columns = np.flatnonzero(mask[0].any(1)), np.flatnonzero(mask[0].any(0))
    return mask[0, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def test_the_shape_arrives_whole_at_random_places(objects: Callable[..., ObjectShapeMask]) -> None:
    generator = objects(0.5, 0.5, 0)
    masks = [generator(MaskRequest(40, 50, np.random.RandomState(seed))) for seed in range(30)]
    assert all(np.array_equal(cut_out(mask), TRIANGLE) for mask in masks)
    assert len({tuple(np.argwhere(mask[0])[0]) for mask in masks}) > 20


def test_it_is_scaled_and_mirrored(objects: Callable[..., ObjectShapeMask]) -> None:
    generator = objects(0.5, 1.0, 0.5)
    shapes = [cut_out(generator(MaskRequest(80, 80, np.random.RandomState(seed)))) for seed in range(40)]
    heights = [shape.shape[0] for shape in shapes]
    assert min(heights) < 45
    assert max(heights) > 75
    mirrored = sum(bool(shape[-1, -1] and shape[0, -1]) for shape in shapes)
    assert 8 < mirrored < 32
    assert generator.mask_file(5, "x").name == "triangle.png"


def test_a_file_without_a_hole_is_named(tmp_path: Path, objects: Callable[..., ObjectShapeMask]) -> None:
    generator = objects(0.5, 1.0, 0.5)
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(tmp_path / "triangle.png")
    with pytest.raises(InputError, match=r"triangle\.png has no hole"):
        generator(MaskRequest(40, 40, np.random.RandomState(0)))


@pytest.mark.parametrize(("size", "flip"), [((0.0, 0.5), 0), ((0.5, 1.5), 0), ((0.2, 0.5), 2)])
def test_unusable_arguments_are_named(
    size: tuple[float, float], flip: float, objects: Callable[..., ObjectShapeMask]
) -> None:
    with pytest.raises(InputError, match=r"mask\.(object_size|flip_probability)="):
        objects(*size, flip)
