import warnings

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputWarning
from inpaint_zoo.images import read_mask
from inpaint_zoo.masks.checks import warn_about

HALF = np.repeat(np.array([[0, 255]], np.uint8), 8, axis=0)
BLACK, WHITE = np.zeros((4, 4), np.uint8), np.full((4, 4), 255, np.uint8)


def said(*grays: np.ndarray, invert: bool = False) -> list[str]:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", InputWarning)
        warn_about(list(grays), "mask.root='x'", threshold=128, invert=invert, prefix="mask.")
    return [str(warning.message) for warning in heard]


def test_masks_with_holes_and_known_pixels_are_passed_over() -> None:
    assert said(HALF, HALF) == said(HALF, HALF, invert=True) == []


def test_a_mask_without_a_hole_is_said() -> None:
    (message,) = said(BLACK, HALF, HALF)
    assert message == (
        "mask.root='x': 1 of 3 masks looked at has no hole: all black, or drawn in the transparency alone; holes are "
        "white on black"
    )
    assert "2 of 2 masks looked at have no hole: all black" in said(BLACK, BLACK)[0]
    assert "1 of 2 masks looked at has no hole: all white" in said(WHITE, HALF, invert=True)[0]


def test_a_mask_drawn_in_the_transparency_alone_is_said(tmp_path) -> None:
    pixels = np.zeros((6, 6, 4), np.uint8)
    pixels[2:4, 2:4, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "alpha.png")
    (message,) = said(read_mask(tmp_path / "alpha.png"))
    assert "drawn in the transparency alone" in message


def test_one_reason_is_enough() -> None:
    (message,) = said(np.ones((4, 4), np.uint8), BLACK)
    assert "no pixel reaches mask.threshold=128" in message


@pytest.mark.parametrize("invert", [False, True])
def test_an_inverted_set_is_said_once(invert: bool) -> None:
    (message,) = said(WHITE if not invert else BLACK, invert=invert)
    assert f"set mask.invert={str(not invert).lower()}" in message
