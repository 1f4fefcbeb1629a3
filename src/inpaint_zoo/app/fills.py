"""From an uploaded image and mask to the file of the filled image."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import Filler
from inpaint_zoo.files.source import Held
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.formats import IMAGE_SUFFIXES
from inpaint_zoo.images.original import read_original
from inpaint_zoo.images.reading import image_size, png_bytes, read_image, read_mask
from inpaint_zoo.images.writing import encoded
from inpaint_zoo.inference.fill import FillOptions, fill
from inpaint_zoo.inference.hole_sources import ALPHA, AlphaChannel, HoleColor, HoleSource, MaskFile
from inpaint_zoo.inference.pipeline import fill_original

THRESHOLD = 128
"""Gray values of a mask from this one on are holes."""
MEDIA_TYPES = {
    "JPEG": ("image/jpeg", ".jpg"),
    "PNG": ("image/png", ".png"),
    "WEBP": ("image/webp", ".webp"),
    "TIFF": ("image/tiff", ".tif"),
    "BMP": ("image/bmp", ".bmp"),
    "AVIF": ("image/avif", ".avif"),
    "JPEG2000": ("image/jp2", ".jp2"),
    "PPM": ("image/x-portable-anymap", ".ppm"),
}
"""By Pillow's name of a format that is written: its type on the web, and the usual suffix."""
_LONGEST_NAME = 80
_JOINERS = "\u200c\u200d"
"""In Persian words, and in emoji."""


class TooLargeError(InputError):
    """An image has more pixels, or a request more bytes, than are taken."""


@dataclass(frozen=True)
class Task:
    """What is to be done with an image."""

    image: Held
    mask: Held | str
    """A file, `alpha`, or a color such as `#ff00ff`."""
    options: FillOptions
    as_png: bool
    """Whether the result is a PNG file whatever the image is."""
    most_pixels: int
    """Of the image and of the mask."""


@dataclass(frozen=True)
class Result:
    """A filled image."""

    data: bytes
    media_type: str
    stem: str
    """Of the image's name, without its suffix."""
    suffix: str
    """Of the file's name, with its dot."""
    hole_ratio: float
    """Share of the image that was the hole, 0 to 1."""
    seconds: float
    """That the fill took, without reading, writing and waiting."""
    notes: tuple[str, ...]
    """What the file cannot keep of the image."""


def named(filename: str | None, data: bytes, otherwise: str) -> Held:
    """Bytes under the name that they were sent with, of which only the last part and harmless letters are kept."""
    last = re.split(r"[/\\]", filename or "")[-1]
    name = "".join(letter if _is_harmless(letter) else "_" for letter in last).strip(". ") or otherwise
    suffix = _image_suffix(name)
    return Held(Path(name.removesuffix(suffix)[:_LONGEST_NAME] + suffix), data)


def _image_suffix(name: str) -> str:
    """The suffix of a name, with its dot, if image files have it; else nothing."""
    suffix = Path(name).suffix
    return suffix if suffix.lower() in IMAGE_SUFFIXES else ""


def _is_harmless(letter: str) -> bool:
    return (letter.isprintable() and letter not in ':*?"<>|') or letter in _JOINERS


def fill_task(method: Filler, task: Task, on_step: Callable[[], object]) -> Result:
    """Read, fill and encode; `on_step` as for `inference.fill.fill`.

    Raises:
        TooLargeError: Image or mask has more than `most_pixels` pixels; only headers have been read.
        InputError: They cannot be read, do not belong together, or cannot be filled as the options say.
    """
    for file in (task.image, task.mask):
        if isinstance(file, Held):
            _refuse_large(file, task.most_pixels)
    original = read_original(task.image, as_png=task.as_png)
    found = _source(task.mask).find(ImageFile(str(task.image), task.image), original)
    if found.hole.all():
        raise InputError(f"{found.source} is all hole: nothing of {task.image} is known (white is the hole)")
    started = time.monotonic()
    filled = partial(fill, method, options=task.options, on_step=on_step)
    samples = fill_original(original, found, filled, opaque=task.mask == ALPHA)
    seconds = time.monotonic() - started
    data = b"".join(encoded(samples, original.form, str(task.image)))
    kind = original.form.format
    media_type, usual = MEDIA_TYPES[kind]
    given = _image_suffix(str(task.image))
    stem, suffix = str(task.image).removesuffix(given), usual if original.is_converted else given or usual
    return Result(data, media_type, stem, suffix, float(np.mean(found.hole)), seconds, original.notes)


def preview(file: Held, is_mask: bool, most_pixels: int) -> bytes:
    """An image or a mask as a PNG file, upright, for programs that cannot read its format.

    Raises:
        InputError: As for `fill_task`.
    """
    _refuse_large(file, most_pixels)
    return png_bytes(read_mask(file) if is_mask else read_image(file))


def _source(mask: Held | str) -> HoleSource:
    if isinstance(mask, Held):
        return MaskFile(mask, THRESHOLD, invert=False, resize=False)
    return AlphaChannel(invert=False) if mask == ALPHA else HoleColor(mask, tolerance=0, invert=False)


def _refuse_large(file: Held, most_pixels: int) -> None:
    height, width = image_size(file)
    if height * width > most_pixels:
        raise TooLargeError(
            f"{file} has {height * width / 1e6:.1f} million pixels, and {most_pixels / 1e6:g} are taken: send a "
            "smaller one, or start inpaint-zoo app with max_megapixels="
        )
