"""Checks for likely mistakes in mask files."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sized
from typing import NamedTuple

import numpy as np

from inpaint_zoo.checks import whole_number
from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.files.source import Readable, opened
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.reading import SIDEWAYS, file_orientation, image_size

NUM_CHECKED = 16
"""How many files of a folder are checked for likely mistakes."""
MOST_SOFT_PIXELS = 0.03
LARGEST_USUAL_RATIO = 0.6
_NUM_NAMED = 40
_SOFT = (8, 247)
_JPEG_START = b"\xff\xd8\xff"


def check_threshold(threshold: int, key: str) -> None:
    """Check that a threshold separates gray values.

    Raises:
        InputError: It is not in [1, 255].
    """
    if not 1 <= whole_number(threshold, key) <= 255:
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


class MaskLook(NamedTuple):
    """What one look at a mask file tells."""

    ratio: float
    """Share of the pixels that are holes."""
    soft: float
    """Share of the pixels that are neither black nor white."""
    brightest: int
    is_jpeg: bool = False


def look_at(gray: np.ndarray, *, threshold: int, invert: bool, is_jpeg: bool = False) -> MaskLook:
    """Look at a mask, (H, W) uint8."""
    ratio = float(np.mean((gray >= threshold) != invert))
    return MaskLook(ratio, soft_share(gray), int(gray.max()), is_jpeg)


def warn_about(looks: Mapping[str, MaskLook], source: str, *, threshold: int, invert: bool, prefix: str) -> None:
    """Warn if masks are soft, hold zeros and ones instead of 0 and 255, have no hole, or look inverted.

    Args:
        looks: At some masks or all of them, by name.
        source: Where they come from, as `key=value`, for messages.
        threshold: As in `FileMask`.
        invert: As in `FileMask`.
        prefix: Of the keys `threshold` and `invert`.
    """
    for message in (*_about_gray(looks, threshold, prefix), *_about_holes(looks, threshold, invert, prefix)):
        warnings.warn(f"{source}: {message}", InputWarning, stacklevel=3)


def warn_about_outliers(ratios: Mapping[str, float], source: str) -> None:
    """Name the masks that look inverted if most do not, or those that do not look inverted if most do.

    Args:
        ratios: Share of holes of all masks, by name.
        source: As for `warn_about`.
    """
    inverted = {name: ratio for name, ratio in ratios.items() if ratio > LARGEST_USUAL_RATIO}
    usual = {name: ratio for name, ratio in ratios.items() if name not in inverted}
    if not inverted or not usual:
        return
    if len(inverted) <= len(usual):
        outliers, verbs, rest = inverted, ("looks", "look"), ": if so, exchange black and white in these files"
    else:
        outliers, verbs, rest = usual, ("does not look", "do not look"), ", unlike the others"
    shown = _named({name: f"{ratio:.0%} holes" for name, ratio in outliers.items()})
    message = f"{source}: {_some(outliers, ratios, *verbs)} inverted ({shown}){rest}"
    warnings.warn(message, InputWarning, stacklevel=2)


def warn_about_empty(ratios: Mapping[str, float], source: str, *, invert: bool) -> None:
    """Name the masks that have no hole; arguments as for `warn_about`, and `warn_about_outliers`."""
    for message in _about_empty(ratios, invert):
        warnings.warn(f"{source}: {message}", InputWarning, stacklevel=2)


def _about_gray(looks: Mapping[str, MaskLook], threshold: int, prefix: str) -> Iterator[str]:
    soft = float(np.mean([look.soft for look in looks.values()]))
    single = {name: f"{look.soft:.0%} gray" for name, look in looks.items() if look.soft > MOST_SOFT_PIXELS}
    num_jpeg = sum(look.is_jpeg for look in looks.values())
    if num_jpeg:
        yield (
            f"{num_jpeg} of {len(looks)} masks checked "
            f"{'is a JPEG file' if num_jpeg == 1 else 'are JPEG files'}, which leaves gray pixels at the rims "
            f"({soft:.1%} of all); values from {threshold} are taken as holes, set {prefix}threshold= to move that, or "
            f"save masks as PNG"
        )
    elif soft > MOST_SOFT_PIXELS:
        yield (
            f"{soft:.0%} of the pixels are neither black nor white; values from {threshold} are taken as holes, set "
            f"{prefix}threshold= to move that"
        )
    elif single:
        yield (
            f"{_some(single, looks, 'has', 'have')} many pixels that are neither black nor white ({_named(single)}); "
            f"values from {threshold} are taken as holes, set {prefix}threshold= to move that"
        )


def _about_holes(looks: Mapping[str, MaskLook], threshold: int, invert: bool, prefix: str) -> Iterator[str]:
    ratios = {name: look.ratio for name, look in looks.items()}
    brightest, mean = max(look.brightest for look in looks.values()), np.mean(list(ratios.values()))
    if 0 < brightest < threshold:
        yield (
            f"no pixel reaches {prefix}threshold={threshold}, the brightest is {brightest}; if these are holes, set "
            f"{prefix}threshold={brightest}"
        )
    elif mean > LARGEST_USUAL_RATIO:
        yield (
            f"{mean:.0%} of the pixels are holes, the masks look inverted; if so, set "
            f"{prefix}invert={str(not invert).lower()}"
        )
    else:
        yield from _about_empty(ratios, invert)


def _about_empty(ratios: Mapping[str, float], invert: bool) -> Iterator[str]:
    empty = {name: "" for name, ratio in ratios.items() if ratio == 0}
    if empty:
        yield (
            f"{_some(empty, ratios, 'has', 'have')} no hole ({_named(empty)}): all {'white' if invert else 'black'}, "
            f"or drawn in the transparency alone; holes are {'black on white' if invert else 'white on black'}"
        )


def _some(those: Sized, masks: Sized, one: str, many: str) -> str:
    return f"{len(those)} of {len(masks)} masks checked {one if len(those) == 1 else many}"


def _named(details: Mapping[str, str]) -> str:
    """All names, up to a number that a terminal can show."""
    shown = [f"{name}: {detail}" if detail else name for name, detail in list(details.items())[:_NUM_NAMED]]
    rest = len(details) - len(shown)
    return ", ".join(shown) + (f", and {rest} more, which `data check` lists" if rest else "")
