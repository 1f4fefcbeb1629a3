import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.reading import image_size, read_mask
from inpaint_zoo.masks.files.checks import check_orientation, is_jpeg, warn_about
from inpaint_zoo.masks.files.folder import MaskFolder

HALF = np.repeat(np.array([[0, 255]], np.uint8), 8, axis=0)
BLACK, WHITE = np.zeros((4, 4), np.uint8), np.full((4, 4), 255, np.uint8)


def said(*grays: np.ndarray, invert: bool = False) -> list[str]:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", InputWarning)
        warn_about(list(grays), "mask.root='x'", threshold=128, invert=invert, prefix="mask.")
    return [str(warning.message) for warning in heard]


def test_masks_with_holes_and_known_pixels_are_passed_over() -> None:
    assert said(HALF, HALF) == said(HALF, HALF, invert=True) == []


def test_a_mask_without_a_hole_is_a_warning() -> None:
    (message,) = said(BLACK, HALF, HALF)
    assert message == (
        "mask.root='x': 1 of 3 masks checked has no hole: all black, or drawn in the transparency alone; holes are "
        "white on black"
    )
    assert "2 of 2 masks checked have no hole: all black" in said(BLACK, BLACK)[0]
    assert "1 of 2 masks checked has no hole: all white" in said(WHITE, HALF, invert=True)[0]


def test_a_mask_drawn_in_the_transparency_alone_is_a_warning(tmp_path) -> None:
    pixels = np.zeros((6, 6, 4), np.uint8)
    pixels[2:4, 2:4, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "alpha.png")
    (message,) = said(read_mask(tmp_path / "alpha.png"))
    assert "drawn in the transparency alone" in message


def test_one_reason_is_enough() -> None:
    (message,) = said(np.ones((4, 4), np.uint8), BLACK)
    assert "no pixel reaches mask.threshold=128" in message


@pytest.mark.parametrize("invert", [False, True])
def test_an_inverted_set_is_one_warning(invert: bool) -> None:
    (message,) = said(WHITE if not invert else BLACK, invert=invert)
    assert f"set mask.invert={str(not invert).lower()}" in message


def test_masks_that_went_through_jpeg_are_named(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.png", "c.png"):
        gray = np.zeros((64, 64), np.uint8)
        gray[10:30, 13:41] = 255
        Image.fromarray(gray).save(tmp_path / name, format="PNG" if name == "b.png" else "JPEG")
    assert [is_jpeg(tmp_path / name) for name in ("a.jpg", "b.png", "c.png")] == [True, False, True]
    with pytest.warns(InputWarning) as heard:
        MaskFolder(root=tmp_path, threshold=128, invert=False, resizing="nearest")
    (message,) = [str(warning.message) for warning in heard]
    assert message.startswith(f"mask.root={str(tmp_path)!r}: 2 of 3 masks checked are JPEG files, which leaves gray")
    assert message.endswith("set mask.threshold= to move that, or save masks as PNG")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_mask_stored_unturned_beside_a_turned_photograph_is_refused(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (60, 40)).save(tmp_path / "photo.jpg", exif=exif)
    photo = ImageFile("photo.jpg", tmp_path / "photo.jpg")
    upright = image_size(photo.path)
    check_orientation(photo, "m.png", upright)
    check_orientation(photo, "m.png", (2 * upright[0], 2 * upright[1]))
    if orientation > 4:
        turned = rf"photo\.jpg is turned by its EXIF orientation {orientation} to 40x60 .*mask m\.png is not \(60x40\)"
        with pytest.raises(InputError, match=turned):
            check_orientation(photo, "m.png", (40, 60))
    else:
        check_orientation(photo, "m.png", (60, 40))
