from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.images import read_image
from inpaint_zoo.methods import PictureFolder, Sample


def test_pictures_are_found_by_name_whatever_their_suffix(pictures: Callable[..., Path]) -> None:
    method = PictureFolder(pictures("a.jpg", "sub/b.png"), "theirs")
    assert method.missing(["a.png", "sub/b.webp", "b.png", "c.png"]) == ["b.png", "c.png"]
    hole = np.zeros((36, 40), bool)
    hole[5:9, 3:30] = True
    filled = method(Sample("sub/b.webp", np.zeros((36, 40, 3), np.uint8), hole))
    assert np.array_equal(filled[hole], read_image(method.root / "sub" / "b.png")[hole])
    assert (filled[~hole] == 0).all()


def test_two_pictures_of_one_name_are_refused(pictures: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match=r"methods\.theirs: .* holds two pictures named a"):
        PictureFolder(pictures("a.png", "a.jpg"), "theirs")


def test_what_cannot_be_compared_is_refused(pictures: Callable[..., Path]) -> None:
    method = PictureFolder(pictures("a.png"), "theirs")
    sample = Sample("a.png", np.zeros((20, 30, 3), np.uint8), np.ones((20, 30), bool))
    with pytest.raises(InputError, match=r"a\.png is 40x36 \(width x height\), the picture is 30x20"):
        method(sample)
    with pytest.raises(InputError, match=r"has no picture for b\.png"):
        method(sample._replace(name="b.png"))
    with pytest.raises(InputError, match=r"methods\.theirs: .* does not exist"):
        PictureFolder(Path("nowhere"), "theirs")
