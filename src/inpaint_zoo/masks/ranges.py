"""Ranges as users type them."""

from __future__ import annotations

from collections.abc import Sequence

from inpaint_zoo.errors import InputError


def number_pair(values: Sequence[float], key: str) -> tuple[float, float]:
    """Take [low, high] apart; `key` names it in the InputError for anything else."""
    try:
        low, high = values
    except (TypeError, ValueError) as error:
        raise InputError(f"{key}={values} must be two numbers, such as {key}=[0.1,0.3]") from error
    return low, high


def share_range(values: Sequence[float], key: str) -> tuple[float, float]:
    """Take [low, high] apart, two shares of the picture's side in (0, 1]."""
    low, high = number_pair(values, key)
    if not 0 < low <= high <= 1:
        raise InputError(f"{key}=[{low},{high}] must satisfy 0 < low <= high <= 1")
    return low, high


def pixel_range(shares: tuple[float, float], side: int) -> tuple[int, int]:
    """Turn shares of a side into whole pixels, at least one."""
    low, high = (max(1, round(share * side)) for share in shares)
    return low, high
