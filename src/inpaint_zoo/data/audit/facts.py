"""The facts about a file, found by reading it once; all findings follow from them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from inpaint_zoo.data.audit.perceptual_hash import perceptual_hash
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.source import Readable
from inpaint_zoo.images.reading import file_orientation, image_size, read_image, read_mask
from inpaint_zoo.masks.files.checks import is_jpeg, soft_share


@dataclass(frozen=True)
class ImageFacts:
    """The facts about an image file."""

    error: str | None = None
    """Why it cannot be read."""
    size: tuple[int, int] | None = None
    """Height and width, upright; also known if only the header can be read."""
    orientation: int = 1
    """The EXIF orientation."""
    pixels: str | None = None
    """SHA-256 of height, width and pixels."""
    perceptual_hash: str | None = None
    """See `perceptual_hash`."""


@dataclass(frozen=True)
class MaskFacts:
    """The facts about a mask file."""

    error: str | None = None
    size: tuple[int, int] | None = None
    orientation: int = 1
    ratio: float = 0.0
    """Share of the pixels that are holes."""
    soft: float = 0.0
    """Share of the pixels that are neither black nor white."""
    brightest: int = 0
    jpeg: bool = False
    """Whether it is a JPEG file."""


def examine_image(path: Readable) -> ImageFacts:
    """Read an image file."""
    try:
        size, orientation = image_size(path), file_orientation(path)
    except InputError as error:
        return ImageFacts(error=str(error))
    try:
        image = read_image(path)
    except InputError as error:
        return ImageFacts(error=str(error), size=size, orientation=orientation)
    digest = hashlib.sha256("{}x{}\n".format(*image.shape).encode())
    digest.update(np.ascontiguousarray(image).data)
    return ImageFacts(None, (image.shape[0], image.shape[1]), orientation, digest.hexdigest(), perceptual_hash(image))


def examine_mask(path: Readable, threshold: int, invert: bool) -> MaskFacts:
    """Read a mask file; `threshold` and `invert` as in `MaskFolder`."""
    try:
        gray, orientation = read_mask(path), file_orientation(path)
    except InputError as error:
        return MaskFacts(error=str(error))
    return MaskFacts(
        size=(gray.shape[0], gray.shape[1]),
        orientation=orientation,
        ratio=float(np.mean((gray >= threshold) != invert)),
        soft=soft_share(gray),
        brightest=int(gray.max()),
        jpeg=is_jpeg(path),
    )
