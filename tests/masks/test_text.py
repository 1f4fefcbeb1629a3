"""Lines of writing: letters are the glyphs, in lines, in words."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from inpaint_zoo.masks import TextMask
from inpaint_zoo.masks.drawing.glyphs import GLYPHS
from inpaint_zoo.masks.drawing.spans import Segment

LETTERS = {frozenset(pair for line in glyph for pair in pairwise(line)) for glyph in GLYPHS}


def segments(seed: int, **changes: Any) -> list[Segment]:
    """For letters of 12 pixels: two for each unit of a glyph."""
    arguments: dict[str, Any] = {
        "num_lines": [1, 1],
        "num_words": [1, 1],
        "word_length": [1, 1],
        "letter_height": [12, 12],
        "tilt": 0,
        "reference_size": 64,
    }
    return list(TextMask(**(arguments | changes)).segments(64, 100, np.random.RandomState(seed)))


def units(found: list[Segment]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """In units of a glyph, from the top left of the first line, whose letters may leave a unit free at the left."""
    pairs = [((part.start_y, part.start_x), (part.end_y, part.end_x)) for part in found]
    top, left = (min(point[axis] for pair in pairs for point in pair) for axis in (0, 1))
    return [tuple(((y - top) // 2, (x - left) // 2) for y, x in pair) for pair in pairs]  # type: ignore[misc]


def shifted(pairs: Any, down: int, right: int) -> frozenset[Any]:
    return frozenset(tuple((y + down, x + right) for y, x in pair) for pair in pairs)


@pytest.mark.parametrize("seed", range(20))
def test_a_letter_is_one_of_the_glyphs(seed: int) -> None:
    found = segments(seed)
    assert all(part.width == 12 // 5 for part in found)
    assert any(shifted(units(found), down, right) in LETTERS for down in range(7) for right in range(5))


def test_lines_and_words_add_up() -> None:
    for seed in range(10):
        many = segments(seed, num_lines=[3, 3], num_words=[2, 2], word_length=[4, 4])
        rows = sorted({part.end_y for part in many})
        breaks = [high - low for low, high in pairwise(rows) if high - low >= 2 * (10 - 6)]
        # lines are 10 units apart and letters up to 6 high; all stand on their line
        assert len(breaks) == 2
        columns = [point for part in many for point in (part.start_x, part.end_x)]
        # eight letters of 4 units with gaps of 2, and 4 more between the words
        assert max(columns) - min(columns) <= 2 * (8 * 6 + 4)


def test_a_tilt_turns_lines_as_a_whole() -> None:
    for seed in range(10):
        flat = segments(seed, num_words=[1, 1], word_length=[9, 9])
        assert {part.end_y - min(part.start_y for part in flat) for part in flat} <= set(range(-12, 13))
    turned = [segments(seed, tilt=30, word_length=[9, 9]) for seed in range(10)]
    spans = [max(part.end_y for part in found) - min(part.end_y for part in found) for found in turned]
    assert max(spans) > 20
