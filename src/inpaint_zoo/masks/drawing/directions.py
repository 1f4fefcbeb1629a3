"""Directions in whole degrees, as whole numbers: no machine's cosine can move a pixel."""

from __future__ import annotations

import math

UNIT = 4096
# rounded far above the last bit, in which the sines of two machines may differ
SINES = [round(UNIT * math.sin(math.radians(degree))) for degree in range(360)]
COSINES = [round(UNIT * math.cos(math.radians(degree))) for degree in range(360)]


def offset(degrees: int, length: int) -> tuple[int, int]:
    """How far (down, right) a way of `length` pixels leads; 0 degrees lead right, 90 down."""
    return SINES[degrees % 360] * length // UNIT, COSINES[degrees % 360] * length // UNIT
