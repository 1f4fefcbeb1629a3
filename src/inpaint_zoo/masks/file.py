"""Masks from a folder of pictures."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np

from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.images import find_pictures, read_mask, resize_mask
from inpaint_zoo.masks.base import draw_integers

NUM_LOOKED_AT = 16
"""Files of a folder that are examined for what looks like a mistake."""
_SOFT = (8, 247)
_MOST_SOFT_PIXELS = 0.03
_LARGEST_USUAL_RATIO = 0.6


class FileMask:
    """Masks from the picture files below `root`: in turn in evaluation, at random in training.

    A file is resized to the picture's size (nearest pixel). A few files are looked at when the generator is made:
    soft masks, masks of zeros and ones, and masks that seem inverted are warned about.

    Args:
        root: Folder, read with its subfolders; hidden files and files that are no pictures are ignored.
        threshold: Gray values from here (of 255) are holes.
        invert: For files in which white is known: the opposite of the threshold's answer.

    Raises:
        InputError: `root` is missing or holds no picture, a file cannot be read, `threshold` is not in [1, 255].
    """

    def __init__(self, *, root: str | os.PathLike[str], threshold: int, invert: bool) -> None:
        check_threshold(threshold, "mask.threshold")
        if not root:
            raise InputError("mask.root is missing: give mask.root=DIR, a folder of mask pictures")
        self.threshold = threshold
        self.invert = invert
        self.files = find_pictures(Path(root).expanduser(), "mask.root")
        if not self.files:
            raise InputError(f"mask.root={str(root)!r} holds no mask pictures (png, jpg, webp, bmp, tif)")
        step = -(-len(self.files) // NUM_LOOKED_AT)
        some = [read_mask(file.path) for file in self.files[::step]]
        warn_about(some, f"mask.root={str(root)!r}", threshold=threshold, invert=invert, prefix="mask.")

    def __call__(
        self, height: int, width: int, rng: np.random.RandomState, index: int | None = None, name: str | None = None
    ) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), 1 = hole, from file `index` modulo the number of files."""
        if index is None:
            (index,) = draw_integers(rng, 0, len(self.files) - 1, 1)
        gray = read_mask(self.files[index % len(self.files)].path)
        return self._holes(resize_mask(gray, height, width))[None]

    def _holes(self, gray: np.ndarray) -> np.ndarray:
        holes: np.ndarray = (gray >= self.threshold) != self.invert
        return holes.astype(np.uint8)


def check_threshold(threshold: int, key: str) -> None:
    """Refuse a threshold that leaves no choice.

    Raises:
        InputError: it is not in [1, 255].
    """
    if not 1 <= threshold <= 255:
        raise InputError(f"{key}={threshold} must lie in [1, 255]: gray values from here are holes")


def warn_about(grays: list[np.ndarray], source: str, *, threshold: int, invert: bool, prefix: str) -> None:
    """Warn about soft masks, masks of zeros and ones, and masks that look inverted.

    Args:
        grays: Some masks, (H, W) uint8.
        source: Where they come from, as `key=value`.
        threshold: As in `FileMask`.
        invert: As in `FileMask`.
        prefix: Of the keys `threshold` and `invert`.
    """
    darkest, brightest = _SOFT
    soft = float(np.mean([np.mean((gray > darkest) & (gray < brightest)) for gray in grays]))
    ratio = float(np.mean([np.mean((gray >= threshold) != invert) for gray in grays]))
    brightest = max(int(gray.max()) for gray in grays)
    if soft > _MOST_SOFT_PIXELS:
        _warn(
            f"{source}: {soft:.0%} of the pixels are neither black nor white; values from {threshold} are taken as "
            f"holes, set {prefix}threshold= to move that"
        )
    if 0 < brightest < threshold:
        _warn(
            f"{source}: no pixel reaches {prefix}threshold={threshold}, the brightest is {brightest}; "
            f"if these are holes, set {prefix}threshold={brightest}"
        )
    elif ratio > _LARGEST_USUAL_RATIO:
        _warn(
            f"{source}: {ratio:.0%} of the pixels are holes, the masks look inverted; "
            f"if so, set {prefix}invert={str(not invert).lower()}"
        )


def _warn(message: str) -> None:
    warnings.warn(message, InputWarning, stacklevel=4)
