"""The pictures of a report, in memory or in PNG files that are read when they are needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.metrics.bins import BINS, ratio_bin
from inpaint_zoo.metrics.pictures import Hole, Picture, as_hole

PictureSource: TypeAlias = Picture | Path
MaskSource: TypeAlias = NDArray[np.uint8] | Path

INPUT_TITLE = "Input"
ORIGINAL_TITLE = "Original"

_STRIPE_WIDTH = 4
_HOLE_COLOURS = np.array([[214, 40, 120], [240, 110, 170]], np.uint8)


@dataclass(frozen=True)
class Case:
    """One picture, its hole, and what each method made of it."""

    name: str
    """The name that the records use."""
    target: PictureSource
    """The original, (H, W, 3) in 8 bits."""
    mask: MaskSource
    """(H, W), 0 = known, anything else = hole."""
    composites: Mapping[str, PictureSource]
    """By method, in the order of the columns."""

    def load_hole(self) -> Hole:
        """Read the mask, (H, W)."""
        return as_hole(load_gray(self.mask) if isinstance(self.mask, Path) else self.mask)

    def load_columns(self) -> list[tuple[str, Picture]]:
        """Read what is shown side by side, with titles: damaged input, each method's composite, original.

        Raises:
            InputError: a picture cannot be read, or picture and mask differ in size.
        """
        target, hole = load_picture(self.target), self.load_hole()
        if target.shape[:2] != hole.shape:
            raise InputError(f"{self.name}: the picture is {target.shape[:2]} and its mask {hole.shape}; resize one")
        composites = [(method, load_picture(source)) for method, source in self.composites.items()]
        return [(INPUT_TITLE, hatch(target, hole)), *composites, (ORIGINAL_TITLE, target)]


def load_picture(source: PictureSource) -> Picture:
    """Read (H, W, 3) 8-bit RGB.

    Raises:
        InputError: the file is missing or no picture.
    """
    return _open(source, "RGB") if isinstance(source, Path) else source


def load_gray(path: Path) -> NDArray[np.uint8]:
    """Read (H, W) 8-bit gray.

    Raises:
        InputError: the file is missing or no picture.
    """
    return _open(path, "L")


def _open(path: Path, mode: str) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert(mode))
    # DecompressionBombError is no OSError; the others are what damaged files raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"{path}: cannot be read as a picture ({error})") from error


def hatch(target: Picture, hole: Hole) -> Picture:
    """Cover the hole with diagonal stripes, which no photograph has."""
    rows, columns = np.indices(hole.shape)
    stripes = _HOLE_COLOURS[(rows + columns) // _STRIPE_WIDTH % 2]
    return np.where(hole[..., None], stripes, target)


def choose_spread(cases: Sequence[Case], ratios: Mapping[str, float], count: int) -> list[Case]:
    """Choose at most `count` cases, taking turns among the bins, ordered by hole ratio.

    Args:
        cases: all of them.
        ratios: hole ratio by name.
        count: how many to choose.
    """
    by_bin = {name: [case for case in cases if ratio_bin(ratios[case.name]) == name] for name in BINS}
    turns = [(turn, case.name) for own in by_bin.values() for turn, case in enumerate(own)]
    chosen = {name for _, name in sorted(turns, key=lambda turn_and_name: turn_and_name[0])[:count]}
    return sorted((case for case in cases if case.name in chosen), key=lambda case: ratios[case.name])
