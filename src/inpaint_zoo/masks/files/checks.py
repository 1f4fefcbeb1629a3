"""Checks for likely mistakes in mask files."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.files.source import Readable, opened
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.reading import SIDEWAYS, file_orientation, image_size

NUM_CHECKED = 16
"""How many files of a folder are checked for likely mistakes."""
MOST_SOFT_PIXELS = 0.03
LARGEST_USUAL_RATIO = 0.6
_SOFT = (8, 247)
_JPEG_START = b"\xff\xd8\xff"


def check_threshold(threshold: int, key: str) -> None:
    """Check that a threshold separates gray values.

    Raises:
        InputError: It is not in [1, 255].
    """
    if not 1 <= threshold <= 255:
        raise InputError(f"{key}={threshold} must lie in [1, 255]: gray values from here are holes")


def soft_share(gray: np.ndarray) -> float:
    """The share of a mask's pixels, (H, W) uint8, that are neither black nor white."""
    darkest, brightest = _SOFT
    return float(np.mean((gray > darkest) & (gray < brightest)))


def is_jpeg(path: Readable) -> bool:
    """Whether a file is a JPEG file, whatever its name."""
    with opened(path) as file:
        return file.read(len(_JPEG_START)) == _JPEG_START


def check_orientation(image: ImageFile, mask: str, mask_size: tuple[int, int]) -> None:
    """Refuse a mask that was drawn on a photograph without regard to its EXIF orientation.

    Args:
        image: The photograph.
        mask: Name of the mask.
        mask_size: Its (height, width), upright.

    Raises:
        InputError: The mask has the proportions of the stored photograph, and not those of the upright one.
    """
    orientation = file_orientation(image.path)
    size = image_size(image.path)
    if orientation in SIDEWAYS and not same_proportions(size, mask_size) and same_proportions(size, mask_size[::-1]):
        raise InputError(
            f"{image.name} is turned by its EXIF orientation {orientation} to {size[1]}x{size[0]} (width x height), "
            f"its mask {mask} is not ({mask_size[1]}x{mask_size[0]}): turn the mask in the same way, or store both "
            f"upright"
        )


def same_proportions(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two sizes have the same proportions, within a pixel."""
    return abs(one[0] * other[1] - one[1] * other[0]) <= max(*one, *other)


def warn_about(
    grays: Sequence[np.ndarray], source: str, *, threshold: int, invert: bool, prefix: str, num_jpeg: int = 0
) -> None:
    """Warn if masks are soft, hold zeros and ones instead of 0 and 255, have no hole, or look inverted.

    Args:
        grays: Some masks, (H, W) uint8.
        source: Where they come from, as `key=value`, for messages.
        threshold: As in `FileMask`.
        invert: As in `FileMask`.
        prefix: Of the keys `threshold` and `invert`.
        num_jpeg: How many of them are JPEG files.
    """
    soft = float(np.mean([soft_share(gray) for gray in grays]))
    ratios = [float(np.mean((gray >= threshold) != invert)) for gray in grays]
    brightest = max(int(gray.max()) for gray in grays)
    if num_jpeg:
        _warn(
            f"{source}: {num_jpeg} of {len(grays)} masks checked "
            f"{'is a JPEG file' if num_jpeg == 1 else 'are JPEG files'}, which leaves gray pixels at the rims "
            f"({soft:.1%} of all); values from {threshold} are taken as holes, set {prefix}threshold= to move that, or "
            f"save masks as PNG"
        )
    elif soft > MOST_SOFT_PIXELS:
        _warn(
            f"{source}: {soft:.0%} of the pixels are neither black nor white; values from {threshold} are taken as "
            f"holes, set {prefix}threshold= to move that"
        )
    if 0 < brightest < threshold:
        _warn(
            f"{source}: no pixel reaches {prefix}threshold={threshold}, the brightest is {brightest}; "
            f"if these are holes, set {prefix}threshold={brightest}"
        )
    elif np.mean(ratios) > LARGEST_USUAL_RATIO:
        _warn(
            f"{source}: {np.mean(ratios):.0%} of the pixels are holes, the masks look inverted; "
            f"if so, set {prefix}invert={str(not invert).lower()}"
        )
    elif 0.0 in ratios:
        _warn(
            f"{source}: {ratios.count(0.0)} of {len(ratios)} masks checked "
            f"{'has' if ratios.count(0.0) == 1 else 'have'} no hole: all {'white' if invert else 'black'}, or drawn in "
            f"the transparency alone; holes are {'black on white' if invert else 'white on black'}"
        )


def _warn(message: str) -> None:
    warnings.warn(message, InputWarning, stacklevel=4)
