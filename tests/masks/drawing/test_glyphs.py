"""Shapes like letters: in their box, on their line, no two the same."""

import itertools

import pytest

from inpaint_zoo.masks.drawing.glyphs import GLYPHS, HEIGHT, WIDTH


@pytest.mark.parametrize("glyph", GLYPHS)
def test_a_glyph_fills_its_box_from_the_base_line_on(glyph: tuple[tuple[tuple[int, int], ...], ...]) -> None:
    points = [point for line in glyph for point in line]
    assert all(0 <= y <= HEIGHT and 0 <= x <= WIDTH for y, x in points)
    assert max(y for y, _ in points) == HEIGHT
    assert all(len(line) >= 2 for line in glyph)
    assert all(one != other for line in glyph for one, other in itertools.pairwise(line))


def test_no_two_glyphs_are_the_same() -> None:
    assert len(set(GLYPHS)) == len(GLYPHS)
