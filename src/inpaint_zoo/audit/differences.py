"""Differences of outputs, in 8-bit levels."""

from __future__ import annotations

import numpy as np

from inpaint_zoo.audit.subject import SAME, Array, Levels


def apart(one: Levels, other: Levels) -> Array:
    """The difference of two outputs; 0 where both are not finite in the same way."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isclose(one, other, rtol=0, atol=0, equal_nan=True), 0.0, one - other)


def largest(difference: Array) -> float:
    """The largest absolute difference; infinite where one is not a number, and 0 of nothing."""
    amounts = np.nan_to_num(np.abs(difference), nan=np.inf, posinf=np.inf)
    return float(amounts.max(initial=0))


def average(difference: Array) -> float:
    """The mean absolute difference; 0 of nothing."""
    return float(np.abs(difference).mean()) if difference.size else 0.0


def share(difference: Array) -> float:
    """The share of pixels, of (..., 3), that differ in a channel; 0 of nothing."""
    changed = ~(np.abs(difference) <= SAME).all(-1)
    return float(changed.mean()) if changed.size else 0.0


def off_known(output: Levels, image: Array, hole: Array) -> Array:
    """How far an output is from the image where it is known, (N, 3)."""
    difference: Array = output[~hole] - image[~hole].astype(np.float64)
    return difference


def told(amount: float) -> str:
    """Levels as people read them."""
    if not np.isfinite(amount):
        return "NaN or infinity"
    shown = f"{amount:.2g}" if amount < 10 else f"{amount:.0f}"
    return f"{shown} level{'' if shown == '1' else 's'}"


def percent(part: float) -> str:
    """A share as people read it."""
    return f"{part:.0%}" if part >= 0.01 or part == 0 else "under 1%"
