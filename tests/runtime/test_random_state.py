"""The generator of a key."""

from __future__ import annotations

from inpaint_zoo.runtime.random_state import random_state


def test_a_key_fixes_the_numbers_and_every_part_of_it_counts() -> None:
    keys = [(0, 0, 1), (0, 1, 0), (1, 0, 0), (0, 0, 0), (0, 0), (0, 1), (2**32 - 1, 0)]
    draws = [tuple(random_state(*key).randint(2**31, size=3).tolist()) for key in keys]
    assert len(set(draws)) == len(keys)
    assert draws == [tuple(random_state(*key).randint(2**31, size=3).tolist()) for key in keys]


def test_the_numbers_are_frozen() -> None:
    assert random_state(1, 2, 3).randint(1000, size=4).tolist() == [606, 153, 963, 93]
