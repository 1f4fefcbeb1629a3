"""Polygonal chains of pieces of different widths: the irregular part of LaMa's masks.

Source: Suvorov et al., "Resolution-robust Large Mask Inpainting with Fourier Convolutions" (LaMa), WACV 2022. The rule
and the constants in the configurations are those of the authors' released code: four headings, mirrored in every other
chain, one to five pieces. Our changes: headings in whole degrees; sizes that grow with the image.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inpaint_zoo.checks import at_least
from inpaint_zoo.errors import InputError
from inpaint_zoo.masks.drawing.directions import COSINES, SINES, UNIT
from inpaint_zoo.masks.drawing.steps import StrokeMask
from inpaint_zoo.masks.generator import draw_integers
from inpaint_zoo.masks.ranges import count_range, scaled_range


class PolygonalChainMask(StrokeMask):
    """Some chains; every piece of a chain has its own heading, length and width.

    Args:
        num_chains: [low, high] number of chains.
        num_pieces: [low, high] number of pieces of a chain; a chain without pieces leaves no trace,
            but a mask has one piece at least.
        headings: In degrees, 0 = down, 90 = right; every other chain uses them mirrored. None is every whole degree.
        length: [low, high] of a piece, in pixels of an image of `reference_size`.
        stroke_width: [low, high] of a piece, in pixels of an image of `reference_size`.
        reference_size: Shorter side, in pixels, for which lengths and widths hold.

    Raises:
        InputError: A range is empty, or there are no headings.
    """

    def __init__(
        self,
        *,
        num_chains: Sequence[int] = (4, 51),
        num_pieces: Sequence[int] = (1, 5),
        headings: Sequence[int] | None = (1, 58, 115, 172),
        length: Sequence[int] = (10, 49),
        stroke_width: Sequence[int] = (5, 14),
        reference_size: int = 256,
    ) -> None:
        self.num_chains = count_range(num_chains, "mask.num_chains")
        self.num_pieces = count_range(num_pieces, "mask.num_pieces", least=0)
        if not self.num_pieces[1]:
            raise InputError("mask.num_pieces=[0,0] draws nothing: the larger number must be at least 1")
        if headings is None:
            headings = range(360)
        if not headings:
            raise InputError("mask.headings is empty: give some degrees, such as mask.headings=[0,45,90]")
        self.headings = np.array(headings, dtype=np.int64)
        self.length = count_range(length, "mask.length", least=0)
        self.stroke_width = count_range(stroke_width, "mask.stroke_width")
        self.reference_size = at_least(1, reference_size, "mask.reference_size")

    def segments(self, height: int, width: int, rng: np.random.RandomState) -> np.ndarray:
        """Draw the lines of one mask, int64 (segments, 5), chain after chain."""
        side = min(height, width)
        (num,) = draw_integers(rng, *self.num_chains, 1)
        shape = (num, self.num_pieces[1])
        y, x = _draw(rng, (0, height - 1), (num,)), _draw(rng, (0, width - 1), (num,))
        num_pieces = _draw(rng, self.num_pieces, (num,))
        if not num_pieces.any():  # every mask has a hole
            num_pieces[0] = 1
        angles = self.headings[_draw(rng, (0, len(self.headings) - 1), shape)]
        angles[::2] *= -1
        lengths = _draw(rng, scaled_range(self.length, side, self.reference_size), shape)
        widths = _draw(rng, scaled_range(self.stroke_width, side, self.reference_size), shape)
        down, right = lengths * _COSINES[angles % 360] // UNIT, lengths * _SINES[angles % 360] // UNIT
        pieces = np.empty((*shape, 5), dtype=np.int64)
        for place in range(shape[1]):
            pieces[:, place, 0], pieces[:, place, 1] = y, x
            y, x = _within(y + down[:, place], height), _within(x + right[:, place], width)
            pieces[:, place, 2], pieces[:, place, 3] = y, x
        pieces[:, :, 4] = widths
        return np.asarray(pieces[np.arange(shape[1]) < num_pieces[:, None]])


def _within(places: np.ndarray, side: int) -> np.ndarray:
    # three times as fast as np.clip
    return np.asarray(np.minimum(np.maximum(places, 0), side))


_SINES, _COSINES = np.array(SINES, dtype=np.int64), np.array(COSINES, dtype=np.int64)


def _draw(rng: np.random.RandomState, between: tuple[int, int], shape: tuple[int, ...]) -> np.ndarray:
    low, high = between
    return rng.randint(low, high + 1, size=shape, dtype=np.int64)
