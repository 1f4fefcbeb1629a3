"""Pictures of 8 bits: finding their files, reading them safely, writing them whole, showing their holes.

Everything in memory is uint8: pictures (H, W, 3) RGB, masks (H, W) gray.
"""

from __future__ import annotations

import io
import os
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import ExifTags, Image, ImageOps, JpegImagePlugin, TiffImagePlugin, UnidentifiedImageError

from inpaint_zoo.errors import DamagedFileError, InputError
from inpaint_zoo.files import write_bytes
from inpaint_zoo.readable import Readable

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
MAX_PIXELS = 89_478_485
"""Largest number of pixels that is decoded (Pillow's bound against decompression bombs)."""

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")
_WHITE, _BLACK = (255, 255, 255, 255), (0, 0, 0, 255)
SIDEWAYS = frozenset({5, 6, 7, 8})
"""EXIF orientations that swap height and width."""
_STRIPE_WIDTH = 4
_STRIPES = np.array([[214, 40, 120], [240, 110, 170]], np.uint8)


class PictureFile(NamedTuple):
    """A picture file and what it is called."""

    name: str
    """Path relative to the folder it was found in, with forward slashes."""
    path: Readable


def find_pictures(root: Path, key: str) -> list[PictureFile]:
    """List the picture files below `root`, sorted by name; hidden files and other files are ignored.

    Linked folders are followed, each real folder once, so that links in a circle end.

    Args:
        root: A folder.
        key: The configuration key that named `root`, for the error texts, such as `data.root`.

    Raises:
        InputError: `root` is missing, not a folder or not readable, two files have one name, or one is no
            ordinary file.
    """
    if not root.is_dir():
        state = "is not a folder" if root.exists() else "does not exist"
        raise InputError(f"{key}: {str(root)!r} {state}: give {key}=DIR, a folder of pictures")
    found = [_picture(path, root) for path in _walk(root, key)]
    found.sort(key=lambda picture: picture.name)
    for first, second in pairwise(found):
        if first.name == second.name:
            paths = f"{str(first.path)!a} and {str(second.path)!a}"
            raise InputError(f"{key}: {paths} are both called {first.name!r} (in Unicode's composed form): rename one")
    return found


def _walk(root: Path, key: str) -> Iterator[Path]:
    visited, waiting = set[tuple[int, int]](), [root]
    while waiting:
        folder = waiting.pop()
        try:
            status = folder.stat()
            with os.scandir(folder) as entries:
                shown = sorted(
                    (entry for entry in entries if not entry.name.startswith(".")), key=lambda each: each.name
                )
        except OSError as error:
            raise InputError(f"{key}: cannot read the folder {str(folder)!r} ({error.strerror})") from error
        if (identity := (status.st_dev, status.st_ino)) in visited:
            continue
        visited.add(identity)
        waiting += [Path(entry.path) for entry in reversed(shown) if entry.is_dir()]
        yield from (_ordinary(entry, key) for entry in shown if _names_picture(entry.name) and not entry.is_dir())


def _names_picture(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in PICTURE_SUFFIXES  # noqa: PTH122, quick


def _ordinary(entry: os.DirEntry[str], key: str) -> Path:
    """The path of a file, or of a link to nothing, which reading names; a pipe would never end."""
    if entry.is_file() or not os.path.exists(entry.path):  # noqa: PTH110, of a string
        return Path(entry.path)
    raise InputError(f"{key}: {entry.path!r} is no ordinary file, but a pipe or device: remove it")


def _picture(path: Path, root: Path) -> PictureFile:
    # file names may hold bytes that are no text: a name must be printable, so they are escaped
    name = os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")
    return PictureFile(unicodedata.normalize("NFC", name), path)


def read_image(path: Readable, at_least: tuple[int, int] | None = None) -> np.ndarray:
    """Read a picture as uint8 (H, W, 3) RGB, turned the way a viewer shows it (EXIF orientation).

    Gray and palette pictures become RGB, 16 bits are scaled to 8, transparent pixels are laid on white, and of
    several frames the first is taken.

    Args:
        path: The file.
        at_least: The (height, width) that are needed: a JPEG file that has twice, four or eight times as much on both
            sides is decoded at that part of its size, which is faster. None decodes all pixels.

    Raises:
        InputError: The file is missing, no picture, cut off, or has more than `MAX_PIXELS` pixels.
    """
    with _opened(path) as image:
        factor = reduction(image, at_least)
        if factor > 1:
            image.draft("RGB", (image.width // factor, image.height // factor))
        ImageOps.exif_transpose(image, in_place=True)
        flat = _flattened(image, _WHITE)
        return np.array(flat if flat.mode == "RGB" else flat.convert("RGB"))


def reduction(image: Image.Image, at_least: tuple[int, int] | None) -> int:
    """By what the sides of an opened file may be divided while decoding: 1, 2, 4 or 8 for JPEG files, 1 for others."""
    if at_least is None or not isinstance(image, JpegImagePlugin.JpegImageFile):
        return 1
    height, width = at_least[::-1] if orientation(image) in SIDEWAYS else at_least
    most = min(image.height // height, image.width // width)
    return next((factor for factor in (8, 4, 2) if factor <= most), 1)


def file_orientation(path: Readable) -> int:
    """How a file is to be turned, from its EXIF entry: 1 (as it is) to 8; 5 to 8 swap height and width.

    Raises:
        InputError: As `picture_size`.
    """
    with _opened(path) as image:
        return orientation(image)


def orientation(image: Image.Image) -> int:
    """How an opened file is to be turned, from its EXIF entry: 1 (as it is) to 8."""
    # the method of the class itself: that of PNG decodes the whole file in search of an entry behind the pixels
    return int(Image.Image.getexif(image).get(ExifTags.Base.Orientation, 1))


def read_mask(path: Readable) -> np.ndarray:
    """Read a mask picture as uint8 (H, W) gray, turned the way a viewer shows it; transparent pixels become black.

    Raises:
        InputError: As `read_image`.
    """
    with _opened(path) as image:
        return np.array(_flattened(ImageOps.exif_transpose(image), _BLACK).convert("L"))


def picture_size(path: Readable) -> tuple[int, int]:
    """The height and width that `read_image` would give, from the file's header alone.

    Raises:
        InputError: As `read_image`, but for pixels that are damaged.
    """
    with _opened(path) as image:
        width, height = image.size
        if isinstance(image, TiffImagePlugin.TiffImageFile):  # some versions of Pillow have turned this size already
            width, height = image.tag_v2[ExifTags.Base.ImageWidth], image.tag_v2[ExifTags.Base.ImageLength]
        return (width, height) if orientation(image) in SIDEWAYS else (height, width)


@contextmanager
def _opened(path: Readable) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd metadata is no news; damaged pixels raise
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with path.open("rb") as file, Image.open(file, formats=_FORMATS) as image:
                yield image
        except InputError:
            raise
        except FileNotFoundError as error:
            raise DamagedFileError(f"{str(path)!r} does not exist") from error
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise DamagedFileError(f"{str(path)!r} has more than {MAX_PIXELS} pixels: scale it down first") from error
        except UnidentifiedImageError as error:
            raise DamagedFileError(
                f"{str(path)!r} cannot be read as a picture (it begins like none): repair or remove it"
            ) from error
        except Exception as error:  # decoders raise all sorts of errors on damaged files
            reason = " ".join(str(error).split()) or type(error).__name__
            raise DamagedFileError(
                f"{str(path)!r} cannot be read as a picture ({reason}): repair or remove it"
            ) from error


def _flattened(image: Image.Image, background: tuple[int, int, int, int]) -> Image.Image:
    """Without transparency, 8 bits per channel."""
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(_eight_bits(np.asarray(image)))
    if image.has_transparency_data:
        return Image.alpha_composite(Image.new("RGBA", image.size, background), image.convert("RGBA"))
    return image


def _eight_bits(values: np.ndarray) -> np.ndarray:
    """Scale 16-bit gray values, (H, W) in [0, 65535], to uint8."""
    if values.dtype.kind == "f" or values.min() < 0 or values.max() > 65535:
        raise ValueError("its pixels are neither 8 nor 16 bits")
    return ((values.astype(np.int64) + 128) // 257).astype(np.uint8)


def resize(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a uint8 picture (H, W, 3) bicubically, with anti-aliasing where it shrinks."""
    return _resized(image, height, width, Image.Resampling.BICUBIC)


def resize_bilinear(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a uint8 picture (H, W, 3) bilinearly, with anti-aliasing where it shrinks."""
    return _resized(image, height, width, Image.Resampling.BILINEAR)


def _resized(image: np.ndarray, height: int, width: int, resampling: Image.Resampling) -> np.ndarray:
    if image.shape[:2] == (height, width):
        return image
    return np.array(Image.fromarray(image).resize((width, height), resampling))


def resize_mask(mask: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a mask (H, W) to the nearest pixels, chosen in integers, so that no new values come up."""
    return np.asarray(mask[_nearest(mask.shape[0], height)][:, _nearest(mask.shape[1], width)])


def _nearest(size: int, new_size: int) -> np.ndarray:
    """For each of `new_size` pixels the old pixel under its centre."""
    return (2 * np.arange(new_size) + 1) * size // (2 * new_size)


def write_png(path: Path, image: np.ndarray) -> None:
    """Write uint8 (H, W, 3) RGB or (H, W) gray as a PNG file; folders are made, the file appears whole or not at all.

    Raises:
        InputError: The file cannot be written.
    """
    encoded = io.BytesIO()
    Image.fromarray(image).save(encoded, "PNG")
    write_bytes(path, [encoded.getvalue()])


def hatch(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Cover holes with diagonal stripes in two pinks, which no photograph has.

    Args:
        image: uint8 (..., H, W, 3), pictures.
        hole: bool (..., H, W), True = hole.
    """
    rows, columns = np.indices(hole.shape[-2:])
    return np.where(hole[..., None], _STRIPES[(rows + columns) // _STRIPE_WIDTH % 2], image)
