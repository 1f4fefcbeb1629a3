"""Reading images for training: OpenCV decodes plain JPEG files in half of Pillow's time.

Both use libjpeg-turbo with its defaults, the exact integer IDCT (`ISLOW`) and "fancy" (triangular) chroma upsampling,
so that their pixels are the same; other builds of either may differ by a level or two. Evaluation always uses Pillow.
"""

from __future__ import annotations

import io
import warnings

import cv2
import numpy as np
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.source import Readable, opened
from inpaint_zoo.images.metadata import orientation
from inpaint_zoo.images.reading import read_image, reduction
from inpaint_zoo.runtime.library_messages import without_remarks

_START, _END = b"\xff\xd8", b"\xff\xd9"
_UPRIGHT = 1
_MODES = frozenset({"L", "RGB"})
_FLAGS = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}
"""By the divisor of the sides."""


def read_training_image(path: Readable, at_least: tuple[int, int] | None = None) -> np.ndarray:
    """Read an image as `read_image` does, with the same arguments, pixels and errors, but faster.

    OpenCV reads complete JPEG files with 8 bits per channel, gray or in color, that are stored upright; `read_image`
    reads everything else.
    """
    try:
        with opened(path) as file:
            data = file.read()
    except (OSError, InputError):
        return read_image(path, at_least)  # raises an error that says what is wrong
    factor = _plain_reduction(data, at_least)
    if factor is None:
        return read_image(path, at_least)
    flags = _FLAGS[factor] | cv2.IMREAD_IGNORE_ORIENTATION
    with without_remarks():
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    return read_image(path, at_least) if pixels is None else cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB, dst=pixels)


def _plain_reduction(data: bytes, at_least: tuple[int, int] | None) -> int | None:
    """The divisor of the sides while decoding; None if the file is not plain."""
    # OpenCV pads a truncated file, Pillow refuses it
    if not (data.startswith(_START) and data.endswith(_END)):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as `read_image` does, so that both see the same orientation
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
                plain = image.format == "JPEG" and image.mode in _MODES and orientation(image) == _UPRIGHT
                return reduction(image, at_least, _UPRIGHT) if plain else None
    except Exception:  # the other reader says what is wrong
        return None
