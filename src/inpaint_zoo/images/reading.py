"""Reading images and masks safely, and writing them atomically: uint8, images (H, W, 3) RGB, masks (H, W) gray."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import ExifTags, Image, JpegImagePlugin, TiffImagePlugin, UnidentifiedImageError

from inpaint_zoo.errors import DamagedFileError, InputError
from inpaint_zoo.files.atomic import write_bytes
from inpaint_zoo.files.source import Readable, opened
from inpaint_zoo.images.formats import FORMATS, KINDS
from inpaint_zoo.images.metadata import TURNS, orientation, without_metadata
from inpaint_zoo.runtime.library_messages import without_remarks

T = TypeVar("T")

MAX_PIXELS = 89_478_485
"""Largest number of pixels that is decoded (Pillow's bound against decompression bombs)."""
MOST_PIXELS = 2 * MAX_PIXELS
"""Likewise, of an image that is filled: where Pillow refuses instead of warning."""
_MAX_BYTES = 6 * MAX_PIXELS
"""Of files with damaged metadata: the largest image with 16 bits in each of three channels, uncompressed."""
_WHITE, _BLACK = (255, 255, 255, 255), (0, 0, 0, 255)
SIDEWAYS = frozenset({5, 6, 7, 8})
"""EXIF orientations that swap height and width."""


def read_image(path: Readable, at_least: tuple[int, int] | None = None) -> np.ndarray:
    """Read an image as uint8 (H, W, 3) RGB, turned the way a viewer shows it (EXIF orientation).

    Gray and palette images become RGB, 16 bits are scaled to 8, transparent pixels are shown on white, and of several
    frames the first is read. Damaged metadata do no harm.

    Args:
        path: The file.
        at_least: The (height, width) that are needed: a JPEG file that is at least two, four or eight times as large is
            decoded at a half, a quarter or an eighth of its size, which is faster. None decodes all pixels.

    Raises:
        InputError: The file is missing, not an image, truncated, or has more than `MAX_PIXELS` pixels.
    """

    def pixels(image: Image.Image, turned: int) -> np.ndarray:
        factor = reduction(image, at_least, turned)
        if factor > 1:
            image.draft("RGB", (image.width // factor, image.height // factor))
        flat = _flattened(_upright(image, turned), _WHITE)
        return np.array(flat if flat.mode == "RGB" else flat.convert("RGB"))

    return decoded(path, pixels)


def reduction(image: Image.Image, at_least: tuple[int, int] | None, turned: int) -> int:
    """The divisor of the sides while an opened file is decoded: 1, 2, 4 or 8 for JPEG files, 1 for others.

    Args:
        image: The file.
        at_least: As in `read_image`.
        turned: Its EXIF orientation.
    """
    if at_least is None or not isinstance(image, JpegImagePlugin.JpegImageFile):
        return 1
    height, width = at_least[::-1] if turned in SIDEWAYS else at_least
    most = min(image.height // height, image.width // width)
    return next((factor for factor in (8, 4, 2) if factor <= most), 1)


def file_orientation(path: Readable) -> int:
    """The EXIF orientation of a file: 1 (upright) to 8; 5 to 8 swap height and width.

    Raises:
        InputError: As `image_size`.
    """
    return decoded(path, lambda _, turned: turned, MOST_PIXELS)


def read_mask(path: Readable, most_pixels: int = MAX_PIXELS) -> np.ndarray:
    """Read a mask image as uint8 (H, W) gray, turned the way a viewer shows it; transparent pixels become black.

    Raises:
        InputError: As `read_image`, with `most_pixels` in place of `MAX_PIXELS`.
    """

    def gray(image: Image.Image, turned: int) -> np.ndarray:
        return np.array(_flattened(_upright(image, turned), _BLACK).convert("L"))

    return decoded(path, gray, most_pixels)


def image_size(path: Readable) -> tuple[int, int]:
    """The height and width that `read_image` would give, from the file's header alone.

    Raises:
        InputError: As `read_image`, except for damaged pixels, which are not decoded.
    """

    def size(image: Image.Image, turned: int) -> tuple[int, int]:
        width, height = image.size
        if isinstance(image, TiffImagePlugin.TiffImageFile):  # some versions of Pillow have turned this size already
            width, height = image.tag_v2[ExifTags.Base.ImageWidth], image.tag_v2[ExifTags.Base.ImageLength]
        return (width, height) if turned in SIDEWAYS else (height, width)

    return decoded(path, size, MOST_PIXELS)


def decoded(path: Readable, use: Callable[[Image.Image, int], T], most_pixels: int = MAX_PIXELS) -> T:
    """What `use` makes of an opened file and its orientation; if metadata are in the way, they are left out.

    Args:
        path: The file.
        use: Called again, with an image without metadata, if it raises.
        most_pixels: `MAX_PIXELS` or `MOST_PIXELS`.

    Raises:
        InputError: The file is missing or damaged, or has more pixels.
    """
    with _clear_errors(path, most_pixels), without_remarks(), opened(path) as file:
        turned = None
        try:
            with Image.open(file, formats=FORMATS) as image:
                turned = orientation(image)
                return use(image, turned)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise
        except Exception:
            file.seek(0)
            if (bare := without_metadata(file.read(_MAX_BYTES))) is None:
                raise
        with Image.open(io.BytesIO(bare), formats=FORMATS) as image:
            return use(image, orientation(image) if turned is None else turned)


def _upright(image: Image.Image, turned: int) -> Image.Image:
    image.load()
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        turned = orientation(image)  # loading has turned the pixels and removed the tag
    return image.transpose(TURNS[turned]) if turned in TURNS else image


@contextmanager
def _clear_errors(path: Readable, most_pixels: int) -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd metadata does no harm; damaged pixels raise
        if most_pixels <= MAX_PIXELS:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            yield
        except InputError:
            raise
        except FileNotFoundError as error:
            raise DamagedFileError(f"{str(path)!r} does not exist") from error
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise DamagedFileError(f"{str(path)!r} has more than {most_pixels} pixels: scale it down first") from error
        except UnidentifiedImageError as error:
            raise DamagedFileError(
                f"{str(path)!r} cannot be read as an image (damaged, or none of {KINDS}): repair, convert or remove it"
            ) from error
        except Exception as error:  # decoders raise all sorts of errors on damaged files
            if isinstance(error, OSError) and error.errno is not None:  # of the file system
                raise DamagedFileError(f"{str(path)!r} cannot be read ({error.strerror})") from error
            reason = " ".join(str(error).split()) or type(error).__name__
            raise DamagedFileError(
                f"{str(path)!r} cannot be read as an image ({reason}): repair or remove it"
            ) from error


def _flattened(image: Image.Image, background: tuple[int, int, int, int]) -> Image.Image:
    """Remove transparency, and convert to 8 bits per channel."""
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


def write_png(path: Path, image: np.ndarray) -> None:
    """Write uint8 (H, W, 3) RGB or (H, W) gray atomically as a PNG file; missing folders are created.

    Raises:
        InputError: The file cannot be written.
    """
    write_bytes(path, [png_bytes(image)])


def png_bytes(image: np.ndarray) -> bytes:
    """The bytes of a PNG file with uint8 (H, W, 3) RGB or (H, W) gray."""
    encoded = io.BytesIO()
    Image.fromarray(image).save(encoded, "PNG")
    return encoded.getvalue()
