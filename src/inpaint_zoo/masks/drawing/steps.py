"""Masks drawn step by step, so that drawing can stop at a given number of pixels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from inpaint_zoo.masks.drawing.spans import Segment, fill, spans
from inpaint_zoo.masks.generator import MaskGenerator, MaskRequest


class Drawing(Protocol):
    """The steps of one mask; each only adds to the hole."""

    num_steps: int

    def first(self, num: int) -> np.ndarray:
        """The hole after `num` steps, bool (H, W)."""
        ...


class DrawnMask(ABC):
    """A generator that draws its masks in steps."""

    @abstractmethod
    def drawing(self, request: MaskRequest) -> Drawing:
        """The steps of the next mask."""

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), 1 = hole."""
        drawing = self.drawing(request)
        return drawing.first(drawing.num_steps)[None].view(np.uint8)


class Strokes:
    """Segments, one per step.

    Args:
        segments: A list, or int64 (segments, 5) as in `Segment`.
        height: Of the image.
        width: Of the image.
    """

    def __init__(self, segments: Sequence[Segment] | np.ndarray, height: int, width: int) -> None:
        self.num_steps = len(segments)
        self._size = (height, width)
        self._spans = spans(segments, height, width)

    def first(self, num: int) -> np.ndarray:
        """The hole after `num` segments, bool (H, W)."""
        return fill(self._spans.first(num), *self._size)


class Whole:
    """A mask of one step.

    Args:
        hole: bool (H, W).
    """

    num_steps = 1

    def __init__(self, hole: np.ndarray) -> None:
        self._hole = hole

    def first(self, num: int) -> np.ndarray:
        """The hole after `num` steps, bool (H, W)."""
        return self._hole if num else np.zeros_like(self._hole)


def most_steps(drawing: Drawing, hole: np.ndarray, limit: int) -> tuple[np.ndarray, int]:
    """Add as many steps to `hole`, bool (H, W), as keep it within `limit` pixels; all steps would exceed it.

    Returns:
        The hole with these steps, and their number.
    """
    fewest, too_many, best = 0, drawing.num_steps, hole.copy()
    while too_many - fewest > 1:
        num = (fewest + too_many) // 2
        tried = hole | drawing.first(num)
        if np.count_nonzero(tried) > limit:
            too_many = num
        else:
            fewest, best = num, tried
    return best, fewest


def drawing_of(mask: MaskGenerator, request: MaskRequest) -> Drawing:
    """The steps of the next mask of any generator; a single one if it does not draw in steps."""
    return mask.drawing(request) if isinstance(mask, DrawnMask) else Whole(mask(request)[0] != 0)


class StrokeMask(DrawnMask):
    """A generator whose masks are thick lines."""

    @abstractmethod
    def segments(self, height: int, width: int, rng: np.random.RandomState) -> Sequence[Segment] | np.ndarray:
        """Draw the lines of one mask, in order: a list, or int64 (segments, 5) as in `Segment`."""

    def drawing(self, request: MaskRequest) -> Strokes:
        """The lines of the next mask, one per step."""
        height, width = request.height, request.width
        return Strokes(self.segments(height, width, request.rng), height, width)
