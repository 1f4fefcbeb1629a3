"""Directions in whole degrees, in integer arithmetic, so that every machine draws the same pixels."""

from __future__ import annotations

import math

UNIT = 4096
# rounding hides the last bits, in which the sines of two machines may differ
SINES = [round(UNIT * math.sin(math.radians(degree))) for degree in range(360)]
COSINES = [round(UNIT * math.cos(math.radians(degree))) for degree in range(360)]


def offset(degrees: int, length: int) -> tuple[int, int]:
    """The step (down, right) of `length` pixels in a direction; 0 degrees is right, 90 is down."""
    return SINES[degrees % 360] * length // UNIT, COSINES[degrees % 360] * length // UNIT
