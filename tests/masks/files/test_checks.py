import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.reading import image_size, read_mask
from inpaint_zoo.masks.files.checks import (
    check_orientation,
    is_jpeg,
    look_at,
    warn_about,
    warn_about_empty,
    warn_about_outliers,
)
from inpaint_zoo.masks.files.folder import MaskFolder

HALF = np.repeat(np.array([[0, 255]], np.uint8), 8, axis=0)
BLACK, WHITE = np.zeros((4, 4), np.uint8), np.full((4, 4), 255, np.uint8)


def said(*grays: np.ndarray, invert: bool = False) -> list[str]:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", InputWarning)
        looks = {f"{place}.png": look_at(gray, threshold=128, invert=invert) for place, gray in enumerate(grays)}
        warn_about(looks, "mask.root='x'", threshold=128, invert=invert, prefix="mask.")
    return [str(warning.message) for warning in heard]


def test_masks_with_holes_and_known_pixels_are_passed_over() -> None:
    assert said(HALF, HALF) == said(HALF, HALF, invert=True) == []


def test_a_mask_without_a_hole_is_a_warning() -> None:
    (message,) = said(BLACK, HALF, HALF)
    assert message == (
        "mask.root='x': 1 of 3 masks checked has no hole (0.png): all black, or drawn in the transparency alone; holes "
        "are white on black"
    )
    assert "2 of 2 masks checked have no hole (0.png, 1.png): all black" in said(BLACK, BLACK)[0]
    assert "1 of 2 masks checked has no hole (0.png): all white" in said(WHITE, HALF, invert=True)[0]


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


def test_every_doubtful_mask_is_named() -> None:
    grays = [HALF] * 90
    grays[3], grays[28], grays[29] = np.full((4, 4), 100, np.uint8), BLACK, np.full((4, 4), 200, np.uint8)
    soft, empty = said(*grays)
    assert "2 of 90 masks checked have many pixels that are neither black nor white (3.png: 100% gray, 29.png:" in soft
    assert "2 of 90 masks checked have no hole (3.png, 28.png): all black" in empty


@pytest.mark.parametrize(
    ("ratios", "message"),
    [
        ([0.1, 0.9, 0.2, 0.8], r"2 of 4 masks checked look inverted \(1: 90% holes, 3: 80% holes\): if so, exchange"),
        ([0.1, 0.2, 0.9], r"1 of 3 masks checked looks inverted \(2: 90% holes\)"),
        ([0.9, 0.8, 0.3], r"1 of 3 masks checked does not look inverted \(2: 30% holes\), unlike the others"),
    ],
)
def test_masks_that_differ_from_most_are_named(ratios: list[float], message: str) -> None:
    with pytest.warns(InputWarning, match=f"^masks=x: {message}"):
        warn_about_outliers({str(place): ratio for place, ratio in enumerate(ratios)}, "masks=x")


def test_sets_without_outliers_are_passed_over() -> None:
    for ratio in (0.3, 0.9):
        warn_about_outliers({"a": ratio, "b": ratio}, "masks=x")


def test_many_names_are_cut_short() -> None:
    with pytest.warns(
        InputWarning, match=r"50 of 90 masks checked have no hole \(0.png, .*39\.png, and 10 more, which"
    ):
        warn_about_empty({f"{place}.png": 0.3 * (place >= 50) for place in range(90)}, "mask.root=x", invert=False)


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
