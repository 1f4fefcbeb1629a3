"""Where the hole of an image stands: in a mask file, in its alpha channel, or in a color."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from inpaint_zoo.checks import at_least
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.hashing import file_hash
from inpaint_zoo.files.source import Readable
from inpaint_zoo.images.arrays import Hole
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.original import Original
from inpaint_zoo.images.reading import MOST_PIXELS, read_mask
from inpaint_zoo.images.resizing import resize_mask
from inpaint_zoo.masks.files.checks import MaskLook, look_at
from inpaint_zoo.masks.files.pairs import check_pair

ALPHA = "alpha"
"""The value of `masks` for the alpha channel."""
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


class FoundHole(NamedTuple):
    """The hole of an image."""

    hole: Hole
    """(H, W), True = hole."""
    source: str
    """What it was found in, for messages."""
    look: MaskLook
    unclear: str = ""
    """As `check_pair` returns it."""


class HoleSource(Protocol):
    """Finds the hole of one image."""

    @property
    def is_alpha(self) -> bool:
        """Whether the hole becomes opaque when it is filled."""
        ...

    def key(self) -> str:
        """Hash of what the hole depends on beside the image and the settings.

        Raises:
            InputError: A file cannot be read.
        """
        ...

    def find(self, image: ImageFile, original: Original) -> FoundHole:
        """Find the hole.

        Raises:
            InputError: There is none to be found.
        """
        ...


@dataclass(frozen=True)
class MaskFile:
    """A mask file: gray values from `threshold` on are holes, or those below it with `invert`."""

    mask: Readable
    threshold: int
    invert: bool
    resize: bool
    """Whether a mask of another size is resized."""
    is_alpha: bool = False

    def key(self) -> str:
        """Hash of the file."""
        return file_hash(self.mask)

    def find(self, image: ImageFile, original: Original) -> FoundHole:
        """Read the mask, and check that it can belong to the image."""
        unclear = check_pair(image, ImageFile(str(self.mask), self.mask), "masks")
        gray = read_mask(self.mask, MOST_PIXELS)
        look = look_at(gray, threshold=self.threshold, invert=self.invert)
        height, width = original.samples.shape[:2]
        if gray.shape != (height, width):
            if not self.resize or gray.shape == (width, height):
                raise InputError(
                    f"{self.mask} is {gray.shape[1]}x{gray.shape[0]} and {image.path} is {width}x{height}: "
                    "make the mask as large as the image (masks from a folder are resized, but not turned)."
                )
            gray = resize_mask(gray, height, width)
        return FoundHole((gray >= self.threshold) != self.invert, str(self.mask), look, unclear)


@dataclass(frozen=True)
class AlphaChannel:
    """The alpha channel: what is not opaque is the hole, or what is, with `invert`."""

    invert: bool
    is_alpha: bool = True

    def key(self) -> str:
        """Nothing: the hole stands in the image."""
        return ALPHA

    def find(self, image: ImageFile, original: Original) -> FoundHole:
        """Look at the alpha channel."""
        alpha = original.alpha
        if alpha is None:
            raise InputError(f"{image.path} has no alpha channel, in which masks={ALPHA} looks for the hole")
        hole = (alpha < np.iinfo(alpha.dtype).max) != self.invert
        return FoundHole(hole, f"the alpha channel of {image.path}", _look(hole))


@dataclass(frozen=True)
class HoleColor:
    """A color: pixels that have it are the hole, or all others, with `invert`.

    Args:
        color: `#rrggbb`.
        tolerance: Largest difference of each of the three channels, in levels of 8 bits.
        invert: Whether the color marks what is known.

    Raises:
        InputError: A value is none of these.
    """

    color: str
    tolerance: int
    invert: bool
    is_alpha: bool = False

    def __post_init__(self) -> None:
        at_least(0, self.tolerance, "tolerance")
        if not is_color(self.color):
            raise InputError(f"masks={self.color!r} is no color: give one such as masks='#ff00ff'")

    def key(self) -> str:
        """Nothing: the hole stands in the image."""
        return self.color

    def find(self, image: ImageFile, original: Original) -> FoundHole:
        """Look for the color."""
        seen = original.seen()
        step = np.iinfo(seen.dtype).max // 255
        hole = np.ones(seen.shape[:2], bool)
        for channel in range(3):
            level = int(self.color[1 + 2 * channel : 3 + 2 * channel], 16)
            lowest, highest = ((level + change) * step for change in (-self.tolerance, self.tolerance))
            hole &= (seen[..., channel] >= max(lowest, 0)) & (seen[..., channel] <= min(highest, 255 * step))
        hole ^= self.invert
        return FoundHole(hole, f"{self.color} in {image.path}", _look(hole))


def is_color(value: str) -> bool:
    """Whether a value is a color, `#rrggbb`."""
    return _COLOR.fullmatch(value) is not None


def _look(hole: Hole) -> MaskLook:
    return MaskLook(float(hole.mean()), 0.0, 255)
