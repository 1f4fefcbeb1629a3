"""Lines of writing, such as inscriptions, captions and stamps on old images.

The rule, its constants and the letters (`glyphs`) are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from inpaint_zoo.checks import at_least
from inpaint_zoo.masks.drawing.directions import COSINES, SINES, UNIT
from inpaint_zoo.masks.drawing.glyphs import GLYPHS, HEIGHT, WIDTH
from inpaint_zoo.masks.drawing.spans import Segment
from inpaint_zoo.masks.drawing.steps import StrokeMask
from inpaint_zoo.masks.generator import draw_integers
from inpaint_zoo.masks.ranges import count_range, scaled_range


class TextMask(StrokeMask):
    """Some lines of words in one size and weight, slightly rotated.

    Args:
        num_lines: [low, high] number of lines.
        num_words: [low, high] number of words in a line.
        word_length: [low, high] number of letters in a word.
        letter_height: [low, high] in pixels of an image of `reference_size`.
        tilt: Largest angle of the lines to the horizontal, in degrees.
        reference_size: Shorter side, in pixels, for which the height holds.

    Raises:
        InputError: A range is empty.
    """

    def __init__(
        self,
        *,
        num_lines: Sequence[int] = (1, 6),
        num_words: Sequence[int] = (2, 5),
        word_length: Sequence[int] = (2, 8),
        letter_height: Sequence[int] = (8, 28),
        tilt: int = 8,
        reference_size: int = 256,
    ) -> None:
        self.num_lines = count_range(num_lines, "mask.num_lines")
        self.num_words = count_range(num_words, "mask.num_words")
        self.word_length = count_range(word_length, "mask.word_length")
        self.letter_height = count_range(letter_height, "mask.letter_height")
        self.tilt = at_least(0, tilt, "mask.tilt")
        self.reference_size = at_least(1, reference_size, "mask.reference_size")

    def segments(self, height: int, width: int, rng: np.random.RandomState) -> Sequence[Segment]:
        """Draw the letters of one mask, line after line."""
        (size,) = draw_integers(rng, *scaled_range(self.letter_height, min(height, width), self.reference_size), 1)
        (degrees,) = draw_integers(rng, -self.tilt, self.tilt, 1)
        (num_lines,) = draw_integers(rng, *self.num_lines, 1)
        (y,) = draw_integers(rng, 0, max(height - 2 * size, 0), 1)
        (x,) = draw_integers(rng, 0, width // 3, 1)
        stroke_width = max(1, size // 5)
        found: list[Segment] = []
        for line in range(num_lines):
            for part in self._line(rng):
                turned = [_turned((down + _LINE_DISTANCE * line, right), size, degrees) for down, right in part]
                points = [(y + down, x + right) for down, right in turned]
                found += [Segment(*start, *end, stroke_width) for start, end in pairwise(points)]
        return found

    def _line(self, rng: np.random.RandomState) -> Iterator[list[tuple[int, int]]]:
        """The strokes of the letters of one line of words, in units of a glyph, from its left end."""
        (num_words,) = draw_integers(rng, *self.num_words, 1)
        place = 0
        for length in draw_integers(rng, *self.word_length, num_words):
            for letter in draw_integers(rng, 0, len(GLYPHS) - 1, length):
                for part in GLYPHS[letter]:
                    yield [(y, x + place) for y, x in part]
                place += WIDTH + 2
            place += WIDTH


_LINE_DISTANCE = 10


def _turned(point: tuple[int, int], size: int, degrees: int) -> tuple[int, int]:
    """From units of a glyph to pixels, for letters of `size`, rotated by `degrees` around (0, 0)."""
    down, right = point[0] * size, point[1] * size
    sine, cosine = SINES[degrees % 360], COSINES[degrees % 360]
    return (down * cosine + right * sine) // (HEIGHT * UNIT), (right * cosine - down * sine) // (HEIGHT * UNIT)
