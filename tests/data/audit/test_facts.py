"""What is found out about a file by reading it once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.data.audit.facts import ImageFacts, examine_image, examine_mask
from inpaint_zoo.data.audit.perceptual_hash import perceptual_hash

PIXELS = np.random.RandomState(0).randint(0, 256, (40, 60, 3), dtype=np.uint8)
Save = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def write(name: str, pixels: np.ndarray, **options: Any) -> Path:
        Image.fromarray(pixels).save(tmp_path / name, **options)
        return tmp_path / name

    return write


def turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def test_equal_pixels_have_equal_facts_in_every_format(save: Save) -> None:
    png, bmp = examine_image(save("a.png", PIXELS)), examine_image(save("a.bmp", PIXELS))
    assert png == bmp
    assert (png.error, png.size, png.orientation) == (None, (40, 60), 1)
    assert png.perceptual_hash == perceptual_hash(PIXELS)
    changed = PIXELS.copy()
    changed[0, 0, 0] ^= 1
    assert examine_image(save("b.png", changed)).pixels != png.pixels
    assert examine_image(save("c.png", PIXELS.reshape(60, 40, 3))).pixels != png.pixels


def test_images_are_examined_upright(save: Save) -> None:
    found = examine_image(save("a.png", PIXELS, exif=turned(6)))
    upright = examine_image(save("b.png", np.rot90(PIXELS, -1).copy()))
    assert (found.size, found.orientation) == ((60, 40), 6)
    assert found.pixels == upright.pixels


def test_a_truncated_file_still_has_a_size(save: Save) -> None:
    path = save("a.png", PIXELS)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    found = examine_image(path)
    assert found.error is not None
    assert (found.size, found.pixels, found.perceptual_hash) == ((40, 60), None, None)
    path.write_bytes(b"nothing")
    found = examine_image(path)
    assert "cannot be read as an image" in str(found.error)
    assert found == ImageFacts(error=found.error)


@pytest.mark.parametrize("invert", [False, True])
def test_masks_are_measured_by_threshold_and_polarity(save: Save, *, invert: bool) -> None:
    gray = np.zeros((10, 10), np.uint8)
    gray[:2], gray[2], gray[3] = 255, 100, 8
    found = examine_mask(save("a.png", gray), 100, invert)
    assert found.ratio == (0.7 if invert else 0.3)
    assert (found.soft, found.brightest, found.size, found.jpeg) == (0.0 + 10 / 100, 255, (10, 10), False)
    assert examine_mask(save("a.png", gray), 101, invert).ratio == (0.8 if invert else 0.2)


def test_a_mask_is_a_jpeg_file_whatever_its_name(save: Save) -> None:
    save("a.jpg", np.zeros((8, 8), np.uint8)).rename(save("a.png", np.zeros((8, 8), np.uint8)))
    found = examine_mask(save("b.png", np.zeros((8, 8), np.uint8)).with_name("a.png"), 128, False)
    assert found.jpeg
    missing = examine_mask(Path("nowhere.png"), 128, False)
    assert missing.error == "'nowhere.png' does not exist"
    assert missing.size is None
