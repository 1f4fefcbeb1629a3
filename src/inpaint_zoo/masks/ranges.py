"""Ranges in the configuration, and their conversion to pixels."""

from __future__ import annotations

from collections.abc import Sequence

from inpaint_zoo.checks import as_given, is_finite, is_list, is_whole
from inpaint_zoo.errors import InputError


def number_pair(values: Sequence[float], key: str) -> tuple[float, float]:
    """Check [low, high], two numbers; `key` names them in the InputError for anything else."""
    if not is_list(values) or len(values) != 2 or not all(map(is_finite, values)):
        raise InputError(f"{key}={as_given(values)} must be two numbers, such as {key}=[0.1,0.3]")
    return values[0], values[1]


def share_range(values: Sequence[float], key: str) -> tuple[float, float]:
    """Check [low, high], two shares of a side of the image, in (0, 1]."""
    low, high = number_pair(values, key)
    if not 0 < low <= high <= 1:
        raise InputError(f"{key}=[{low},{high}] must satisfy 0 < low <= high <= 1")
    return low, high


def ratio_range(values: Sequence[float], key: str) -> tuple[float, float]:
    """Check [low, high], two shares of the image's pixels in [0, 1]; the low end is exclusive."""
    low, high = number_pair(values, key)
    if not 0 <= low < high <= 1:
        raise InputError(f"{key}=[{low},{high}] must satisfy 0 <= low < high <= 1")
    return low, high


def count_range(values: Sequence[int], key: str, least: int = 1) -> tuple[int, int]:
    """Check [low, high], two counts of at least `least`."""
    low, high = number_pair(values, key)
    if not is_whole(low) or not is_whole(high):
        raise InputError(f"{key}={as_given(values)} must be two whole numbers, such as {key}=[1,3]")
    if not least <= low <= high:
        raise InputError(f"{key}=[{low},{high}] must satisfy {least} <= low <= high")
    return low, high


def hole_counts(ratio: tuple[float, float], num_pixels: int) -> tuple[int, int]:
    """The fewest and most hole pixels for which low < share <= high.

    Raises:
        InputError: There are none.
    """
    low, high = ratio
    fewest, most = int(low * num_pixels), int(high * num_pixels) + 1
    while fewest / num_pixels <= low:
        fewest += 1
    while most / num_pixels > high:
        most -= 1
    if fewest > most:
        raise InputError(f"mask.ratio=[{low},{high}] is too narrow for {num_pixels} pixels: widen it")
    return fewest, most


def scaled_range(values: tuple[int, int], side: int, reference_size: int) -> tuple[int, int]:
    """Scale pixels from an image of `reference_size` to one of `side`, at least one pixel."""
    low, high = (max(1, (2 * value * side + reference_size) // (2 * reference_size)) for value in values)
    return low, high


def pixel_range(shares: tuple[float, float], side: int) -> tuple[int, int]:
    """Convert shares of a side to whole pixels, at least one."""
    low, high = (max(1, round(share * side)) for share in shares)
    return low, high
