"""The images of a report, in memory or in PNG files that are read when needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.arrays import Hole, ImageArray, as_hole
from inpaint_zoo.images.drawing import hatch
from inpaint_zoo.images.reading import read_image, read_mask
from inpaint_zoo.metrics.bins import BINS, ratio_bin

_GOLDEN_RATIO = (5**0.5 - 1) / 2

ImageSource: TypeAlias = ImageArray | Path
MaskSource: TypeAlias = NDArray[np.uint8] | Path

INPUT_TITLE = "Input"
ORIGINAL_TITLE = "Original"


@dataclass(frozen=True)
class Case:
    """One image with its mask and the composites of all methods."""

    name: str
    """The name of the sample, as in the records."""
    target: ImageSource
    """The original, (H, W, 3) in 8 bits."""
    mask: MaskSource
    """(H, W), 0 = known, anything else = hole."""
    composites: Mapping[str, ImageSource]
    """By method, in the order of the columns."""

    def load_hole(self) -> Hole:
        """Read the mask, (H, W)."""
        return as_hole(read_mask(self.mask) if isinstance(self.mask, Path) else self.mask)

    def load_columns(self) -> list[tuple[str, ImageArray]]:
        """Read the images that are shown side by side, with titles: input, composite of each method, original.

        Raises:
            InputError: An image cannot be read, or image and mask differ in size.
        """
        target, hole = _load(self.target), self.load_hole()
        if target.shape[:2] != hole.shape:
            raise InputError(
                f"{self.name}: the image is {target.shape[:2]} and its mask {hole.shape}: resize one of them"
            )
        composites = [(method, _load(source)) for method, source in self.composites.items()]
        return [(INPUT_TITLE, hatch(target, hole)), *composites, (ORIGINAL_TITLE, target)]


def choose_spread(cases: Sequence[Case], ratios: Mapping[str, float], count: int) -> list[Case]:
    """Choose cases from all bins in turn, ordered by hole ratio.

    Args:
        cases: All cases.
        ratios: Hole ratio by name.
        count: Number of cases to choose, at most.
    """
    by_bin = {name: [case for case in cases if ratio_bin(ratios[case.name]) == name] for name in BINS}
    spread = [_far_apart(own, shift) for shift, own in enumerate(by_bin.values())]
    turns = [(turn, case.name) for own in spread for turn, case in enumerate(own)]
    chosen = {name for _, name in sorted(turns, key=lambda turn_and_name: turn_and_name[0])[:count]}
    return sorted((case for case in cases if case.name in chosen), key=lambda case: ratios[case.name])


def _load(source: ImageSource) -> ImageArray:
    return read_image(source) if isinstance(source, Path) else source


def _far_apart(cases: Sequence[Case], shift: int) -> list[Case]:
    """Reorder so that the first few are far apart: neighbours are often one photograph with several masks."""
    return [case for _, case in sorted(enumerate(cases, start=shift), key=lambda place: place[0] * _GOLDEN_RATIO % 1)]
