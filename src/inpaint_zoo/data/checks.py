"""Checks of what a configuration says about samples."""

from __future__ import annotations

from collections.abc import Sequence

from inpaint_zoo.errors import InputError


def sample_size(size: int | Sequence[int]) -> tuple[int, int]:
    """The height and width that stand under `data.size`.

    Raises:
        InputError: They do not.
    """
    sides = (size, size) if isinstance(size, int) else tuple(size)
    if len(sides) != 2 or min(sides) < 1:
        raise InputError(f"data.size={size} must be a number of pixels or [height,width]")
    return sides[0], sides[1]


def seed_in_range(value: int, key: str) -> int:
    """Return a seed, which stands under `key` in the configuration.

    Raises:
        InputError: It is not in [0, 2**32).
    """
    if not 0 <= value < 2**32:
        raise InputError(f"{key}={value} must lie in [0, 4294967295]")
    return value
