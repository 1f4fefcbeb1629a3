import math

from inpaint_zoo.masks.drawing.directions import COSINES, SINES, UNIT, offset


def test_sines_are_rounded_far_from_a_tie() -> None:
    """Two machines whose sines differ in the last bits round to the same number."""
    for degree in range(360):
        angle = math.radians(degree)
        for exact, rounded in ((math.sin(angle), SINES[degree]), (math.cos(angle), COSINES[degree])):
            assert abs(exact * UNIT - rounded) < 0.4999


def test_zero_leads_right_and_ninety_down() -> None:
    assert [offset(degrees, 100) for degrees in (0, 90, 180, 270, -90)] == [
        (0, 100), (100, 0), (0, -100), (-100, 0), (-100, 0),
    ]  # fmt: skip
