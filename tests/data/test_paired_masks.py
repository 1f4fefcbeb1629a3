"""Gray values of paired masks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.data.paired_masks import PairedImage, PairedMasks
from inpaint_zoo.images.finding import ImageFile


@pytest.mark.parametrize(("invert", "expected"), [(False, [[0, 1], [0, 1]]), (True, [[1, 0], [1, 0]])])
def test_threshold_itself_is_a_hole(tmp_path: Path, invert: bool, expected: list[list[int]]) -> None:
    path = tmp_path / "mask.png"
    Image.fromarray(np.array([[99, 100], [0, 255]], np.uint8)).save(path)
    image = PairedImage("a.png", tmp_path / "a.png", ImageFile("mask.png", path))
    assert PairedMasks(threshold=100, invert=invert).holes(image, (2, 2)).tolist() == expected
