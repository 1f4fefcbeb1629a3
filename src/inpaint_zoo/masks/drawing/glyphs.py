"""Letter-like shapes made of lines, so that the pixels depend on no font and no version of a font library.

Each shape fills a box 4 wide and 6 high, with (0, 0) at the top left. Commas separate its lines, spaces the points of a
line; a point is its x and its y.
"""

from __future__ import annotations

_SHAPES = (
    "06 20 46, 13 33",
    "00 06 36 45 44 33 03, 33 42 41 30 00",
    "41 30 10 01 05 16 36 45",
    "00 06 26 44 42 20 00",
    "40 00 06 46, 03 33",
    "40 00 06, 03 33",
    "41 30 10 01 05 16 36 45 43 23",
    "00 06, 40 46, 03 43",
    "20 26",
    "40 45 36 16 05",
    "00 06, 40 03 46",
    "00 06 46",
    "06 00 23 40 46",
    "06 00 46 40",
    "10 01 05 16 36 45 41 30 10",
    "06 00 30 41 42 33 03",
    "10 01 05 16 36 45 41 30 10, 24 46",
    "06 00 30 41 42 33 03, 23 46",
    "41 30 10 01 02 13 33 44 45 36 16 05",
    "00 40, 20 26",
    "00 05 16 36 45 40",
    "00 26 40",
    "00 16 23 36 40",
    "00 46, 40 06",
    "00 23 40, 23 26",
    "00 40 06 46",
    "22 32 43 46, 45 36 16 05 14 44",
    "00 06 36 45 43 32 02",
    "03 43 32 12 03 05 16 36",
    "00 06, 03 12 32 43 46",
    "02 06, 03 12 32",
    "43 32 12 03 14 34 45 36 16 05",
    "12 22, 20 26, 16 36",
)
HEIGHT = 6
WIDTH = 4

GLYPHS = tuple(
    tuple(tuple((int(point[1]), int(point[0])) for point in line.split()) for line in shape.split(","))
    for shape in _SHAPES
)
"""The points (y, x) of the lines of each shape."""
