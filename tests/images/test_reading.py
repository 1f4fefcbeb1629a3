"""Reading images: every usual kind works, everything else is a clear error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.images import reading as images
from inpaint_zoo.images.reading import image_size, read_image, read_mask, write_png

COLORS = np.random.RandomState(0).randint(0, 256, (20, 30, 3), dtype=np.uint8)
GRAY = COLORS[..., 0]


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "webp"])
def test_lossless_formats_keep_every_pixel(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(COLORS).save(path, **({"lossless": True} if suffix == "webp" else {}))
    assert np.array_equal(read_image(path), COLORS)


def test_jpeg_equals_opencv() -> None:
    path = Path(skimage.__file__).parent / "data/rocket.jpg"
    decoded = cv2.imread(str(path))
    assert decoded is not None
    assert np.abs(read_image(path).astype(int) - decoded[..., ::-1]).max() <= 2


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_are_scaled_to_eight(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    deep = np.random.RandomState(0).randint(0, 65536, (9, 8)).astype(np.uint16)
    deep[0, :2] = 0, 65535
    cv2.imwrite(str(path), deep)
    expected = np.round(deep / 257).astype(np.uint8)
    assert np.array_equal(read_image(path), np.repeat(expected[..., None], 3, axis=2))
    assert np.array_equal(read_mask(path), expected)


def test_sixteen_bit_color_is_scaled_to_eight(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    deep = np.random.RandomState(0).randint(0, 65536, (9, 8, 3)).astype(np.uint16)
    cv2.imwrite(str(path), deep[..., ::-1])
    assert np.abs(read_image(path) - deep / 257).max() <= 1


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "YCbCr"])
def test_other_modes_become_rgb(tmp_path: Path, mode: str) -> None:
    image = Image.fromarray(COLORS).convert(mode)
    path = tmp_path / "a.tif"
    image.save(path)
    assert np.array_equal(read_image(path), np.array(image.convert("RGB")))


def test_transparent_pixels_are_laid_on_white_in_images_and_on_black_in_masks(tmp_path: Path) -> None:
    alpha = np.zeros((20, 30, 1), dtype=np.uint8)
    alpha[:10] = 255
    Image.fromarray(np.concatenate([COLORS, alpha], 2)).save(tmp_path / "a.png")
    image, mask = read_image(tmp_path / "a.png"), read_mask(tmp_path / "a.png")
    assert np.array_equal(image[:10], COLORS[:10])
    assert (image[10:] == 255).all()
    assert (mask[10:] == 0).all()


def test_a_transparent_palette_color_becomes_white(tmp_path: Path) -> None:
    image = Image.fromarray(np.arange(6, dtype=np.uint8).reshape(2, 3)).convert("P")
    image.save(tmp_path / "a.png", transparency=4)
    assert read_image(tmp_path / "a.png")[1, 1].tolist() == [255, 255, 255]


@pytest.mark.parametrize("read", [read_image, read_mask])
def test_exif_orientation_is_followed(tmp_path: Path, read: Callable[[Path], np.ndarray]) -> None:
    image = Image.fromarray(GRAY)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    image.save(tmp_path / "a.png")
    image.save(tmp_path / "turned.png", exif=exif)
    assert np.array_equal(read(tmp_path / "turned.png"), np.rot90(read(tmp_path / "a.png"), -1))


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("orientation", [None, *range(1, 9)])
def test_the_size_is_known_from_the_header(tmp_path: Path, suffix: str, orientation: int | None) -> None:
    path = tmp_path / f"a.{suffix}"
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    Image.fromarray(COLORS).save(path, exif=exif)
    assert image_size(path) == read_image(path).shape[:2] == ((30, 20) if (orientation or 1) > 4 else (20, 30))


def test_the_size_needs_no_pixels(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(COLORS).save(path)
    path.write_bytes(path.read_bytes()[:200])
    assert image_size(path) == (20, 30)
    with pytest.raises(InputError, match="cannot be read"):
        read_image(path)
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"a\.png' cannot be read as an image"):
        image_size(path)


def test_a_jpeg_under_the_name_of_a_png_is_read(tmp_path: Path) -> None:
    Image.fromarray(COLORS).save(tmp_path / "a.png", format="JPEG")
    assert read_image(tmp_path / "a.png").shape == COLORS.shape


def truncated_jpeg() -> bytes:
    data = (Path(skimage.__file__).parent / "data/rocket.jpg").read_bytes()
    return data[: len(data) // 2]


@pytest.mark.parametrize("content", [b"", b"no image", truncated_jpeg(), b"\x89PNG\r\n\x1a\n" + bytes(99)])
@pytest.mark.parametrize("read", [read_image, read_mask])
def test_damaged_files_are_named_in_one_line(
    tmp_path: Path, content: bytes, read: Callable[[Path], np.ndarray]
) -> None:
    path = tmp_path / "x'y\n.jpg"
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read as an image") as caught:
        read(path)
    assert repr(str(path)) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_float_images_are_refused(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((4, 4), dtype=np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(InputError, match="neither 8 nor 16 bits"):
        read_image(tmp_path / "a.tif")


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.png' does not exist"):
        read_image(tmp_path / "gone.png")
    with pytest.raises(InputError, match="cannot be read"):
        read_image(tmp_path)


@pytest.mark.parametrize("factor", [1.5, 3])
def test_images_beyond_the_pixel_bound_are_refused_undecoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, factor: float
) -> None:
    """Pillow warns from its bound on and raises from twice the bound on."""
    assert images.MAX_PIXELS == Image.MAX_IMAGE_PIXELS
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", int(GRAY.size / factor))
    Image.fromarray(COLORS).save(tmp_path / "a.png")
    with pytest.raises(InputError, match="pixels: scale it down first"):
        read_image(tmp_path / "a.png")


def test_png_is_written_whole_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "new folder/ü.png"
    write_png(path, COLORS)
    assert np.array_equal(read_image(path), COLORS)
    write_png(path, GRAY)
    assert np.array_equal(read_mask(path), GRAY)
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file_and_no_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    write_png(path, COLORS)

    def fail(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(InputError, match=r"cannot write .*a\.png \(No space left on device\)"):
        write_png(path, GRAY)
    assert list(tmp_path.iterdir()) == [path]
    assert np.array_equal(read_image(path), COLORS)
