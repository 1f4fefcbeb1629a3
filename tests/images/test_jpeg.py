"""The fast reader gives the same result as the other one for every file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.images import jpeg
from inpaint_zoo.images.jpeg import read_training_image
from inpaint_zoo.images.reading import image_size, read_image

PHOTOGRAPH = np.array(Image.open(Path(skimage.__file__).parent / "data/rocket.jpg"))[100:301, 200:507]
SIZES = [None, (1, 1), (25, 38), (50, 70), (100, 153), (101, 100), (500, 500)]


def save(path: Path, orientation: int | None = None, mode: str = "RGB", **options: Any) -> Path:
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    Image.fromarray(PHOTOGRAPH).convert(mode).save(path, exif=exif, **options)
    return path


@pytest.fixture
def pillow_only(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What has been left to the slow reader."""
    left: list[Path] = []

    def read(path: Path, at_least: tuple[int, int] | None) -> np.ndarray:
        left.append(path)
        return read_image(path, at_least)

    monkeypatch.setattr(jpeg, "read_image", read)
    return left


@pytest.mark.parametrize("at_least", SIZES)
@pytest.mark.parametrize(
    "options",
    [
        {"quality": 30, "subsampling": 2},
        {"quality": 90, "subsampling": 1},
        {"quality": 95, "subsampling": 0, "progressive": True},
        {"quality": 75, "keep_rgb": True},
        {"quality": 75, "mode": "L"},
        {"quality": 75, "orientation": 1, "comment": b"hello", "restart_marker_rows": 2},
    ],
    ids=str,
)
def test_plain_files_have_the_same_pixels(
    tmp_path: Path, pillow_only: list[Path], options: dict[str, Any], at_least: tuple[int, int] | None
) -> None:
    path = save(tmp_path / "a.jpg", **options)
    assert np.array_equal(read_training_image(path, at_least), read_image(path, at_least))
    assert pillow_only == []


@pytest.mark.parametrize("at_least", [None, (50, 70)])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("turned.jpg", {"orientation": 6}),
        ("mirrored.jpg", {"orientation": 2}),
        ("print.jpg", {"mode": "CMYK"}),
        ("deep.png", {"mode": "I;16"}),
        ("clear.png", {"mode": "RGBA"}),
        ("named.jpg", {"format": "PNG"}),
    ],
)
def test_other_files_are_left_to_the_other_reader(
    tmp_path: Path, pillow_only: list[Path], name: str, options: dict[str, Any], at_least: tuple[int, int] | None
) -> None:
    if options.get("mode") == "I;16":
        Image.fromarray(PHOTOGRAPH[..., 0].astype(np.uint16) * 257).save(tmp_path / name)
    else:
        save(tmp_path / name, **options)
    assert np.array_equal(read_training_image(tmp_path / name, at_least), read_image(tmp_path / name, at_least))
    assert pillow_only == [tmp_path / name]


@pytest.mark.parametrize("kept", [0, 2, 300, 5000, -1, -2])
def test_what_is_cut_off_is_refused_in_the_same_words(tmp_path: Path, kept: int) -> None:
    path = save(tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes()[:kept])
    answers = []
    for read in (read_image, read_training_image):
        try:
            answers.append(read(path).tobytes().hex())
        except InputError as error:
            answers.append(str(error))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("seed", range(5))
def test_damaged_pixels_are_read_or_refused_alike(tmp_path: Path, seed: int) -> None:
    path = save(tmp_path / "a.jpg")
    data = np.frombuffer(path.read_bytes(), np.uint8).copy()
    rng = np.random.RandomState(seed)
    data[rng.randint(700, len(data) - 2, 5)] = rng.randint(0, 255, 5)
    path.write_bytes(data.tobytes())
    assert np.array_equal(read_training_image(path), read_image(path))


def test_missing_files_and_large_ones_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"gone\.jpg' does not exist"):
        read_training_image(tmp_path / "gone.jpg")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(InputError, match="pixels: scale it down first"):
        read_training_image(save(tmp_path / "a.jpg"))


@pytest.mark.parametrize("orientation", [None, 1, 3, 6, 8])
@pytest.mark.parametrize(
    ("at_least", "factor"), [((201, 307), 1), ((101, 1), 1), ((100, 153), 2), ((50, 76), 4), ((26, 10), 4), ((2, 2), 8)]
)
def test_as_much_is_decoded_as_is_needed(
    tmp_path: Path, orientation: int | None, at_least: tuple[int, int], factor: int
) -> None:
    path = save(tmp_path / "a.jpg", orientation)
    needed = at_least[::-1] if (orientation or 1) > 4 else at_least
    image = read_image(path, needed)
    assert image.shape[:2] == tuple(-(-side // factor) for side in image_size(path))
    assert image.shape[0] >= needed[0]
    assert image.shape[1] >= needed[1]
    small = Image.fromarray(read_image(path)).resize(image.shape[1::-1], Image.Resampling.BOX)
    assert np.abs(np.asarray(small).astype(int) - image).mean() < 4


def test_other_formats_are_decoded_whole(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png")
    assert np.array_equal(read_image(path, (2, 2)), PHOTOGRAPH)
