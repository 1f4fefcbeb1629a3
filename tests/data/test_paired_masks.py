"""Gray values of the masks that belong to pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.data.paired_masks import OwnMasks, PairedPicture
from inpaint_zoo.images.finding import PictureFile


@pytest.mark.parametrize(("invert", "expected"), [(False, [[0, 1], [0, 1]]), (True, [[1, 0], [1, 0]])])
def test_threshold_itself_is_a_hole(tmp_path: Path, invert: bool, expected: list[list[int]]) -> None:
    path = tmp_path / "mask.png"
    Image.fromarray(np.array([[99, 100], [0, 255]], np.uint8)).save(path)
    picture = PairedPicture("a.png", tmp_path / "a.png", PictureFile("mask.png", path))
    assert OwnMasks(threshold=100, invert=invert).holes(picture, (2, 2)).tolist() == expected
