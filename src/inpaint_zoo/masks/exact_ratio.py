"""Masks of any generator with an exact hole ratio."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks.drawing.steps import drawing_of, most_steps
from inpaint_zoo.masks.generator import MaskGenerator, MaskRequest, draw_integers
from inpaint_zoo.masks.ranges import hole_counts, ratio_range

_UNIT = 1 << 30
_MOST_MASKS = 100


class ExactRatioMask:
    """Unites masks of a generator until a number of hole pixels, drawn uniformly from `ratio`, is reached.

    The last mask is reduced to fit: its last steps (strokes, boxes) are left out, then the part of the last step that
    lies outside a square, which may leave a few pixels fewer than were drawn.

    Args:
        mask: The generator.
        ratio: [low, high] share of the pixels that are holes; low < share <= high holds for every mask.

    Raises:
        InputError: The range is not valid; from a call: the ratio cannot be reached.
    """

    def __init__(self, *, mask: MaskGenerator, ratio: Sequence[float] = (0.2, 0.4)) -> None:
        self.mask = mask
        self.ratio = ratio_range(ratio, "mask.ratio")

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), 1 = hole."""
        return mask_within(self.ratio, self.mask, request)


def mask_within(ratio: tuple[float, float], mask: MaskGenerator, request: MaskRequest) -> np.ndarray:
    """Make one mask with a ratio in a range from masks of a generator, uint8 (1, height, width), 1 = hole.

    Raises:
        InputError: A hundred of its masks together have too few holes.
    """
    hole = np.zeros((request.height, request.width), dtype=bool)
    fewest, most = hole_counts(ratio, hole.size)
    (drawn,) = draw_integers(request.rng, 0, _UNIT - 1, 1)
    num = fewest + drawn * (most - fewest + 1) // _UNIT
    for _ in range(_MOST_MASKS):
        drawing = drawing_of(mask, request)
        whole = hole | drawing.first(drawing.num_steps)
        if np.count_nonzero(whole) >= num:
            hole, done = most_steps(drawing, hole, num)
            num_before = int(np.count_nonzero(hole))
            added = drawing.first(done + 1) & ~hole
            hole |= _part(added, fewest - num_before, num - num_before, request.rng)
            return hole[None].view(np.uint8)
        hole = whole
    raise InputError(
        f"mask.ratio: {num / hole.size:.1%} holes cannot be reached, {_MOST_MASKS} masks together have "
        f"{np.count_nonzero(hole) / hole.size:.1%}: ask for less, or for another mask"
    )


def _part(hole: np.ndarray, fewest: int, most: int, rng: np.random.RandomState) -> np.ndarray:
    """The pixels of `hole`, bool (H, W), in a square around a random one of them, so that a part of a box is a box.

    They are at most `most`, and fewer only if a square then holds at least `fewest`.
    """
    rows, columns = np.nonzero(hole)
    if not most:
        return np.zeros_like(hole)
    (center,) = draw_integers(rng, 0, len(rows) - 1, 1)
    distances = np.maximum(np.abs(rows - rows[center]), np.abs(columns - columns[center]))
    within = np.concatenate([[0], np.cumsum(np.bincount(distances))])
    reached = int(np.searchsorted(within, most, side="right")) - 1
    kept = distances < reached
    if within[reached] < fewest:
        # in reading order; a sort might order equal distances differently in another version of NumPy
        kept[np.flatnonzero(distances == reached)[: most - int(within[reached])]] = True
    part = np.zeros_like(hole)
    part[rows[kept], columns[kept]] = True
    return part
