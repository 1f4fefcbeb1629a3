"""What looks like a mistake in mask pictures."""

from __future__ import annotations

import warnings

import numpy as np

from inpaint_zoo.errors import InputError, InputWarning

NUM_LOOKED_AT = 16
"""Files of a folder that are examined for what looks like a mistake."""
_SOFT = (8, 247)
_MOST_SOFT_PIXELS = 0.03
_LARGEST_USUAL_RATIO = 0.6


def check_threshold(threshold: int, key: str) -> None:
    """Refuse a threshold that leaves no choice.

    Raises:
        InputError: it is not in [1, 255].
    """
    if not 1 <= threshold <= 255:
        raise InputError(f"{key}={threshold} must lie in [1, 255]: gray values from here are holes")


def warn_about(grays: list[np.ndarray], source: str, *, threshold: int, invert: bool, prefix: str) -> None:
    """Warn about soft masks, masks of zeros and ones, masks without a hole, and masks that look inverted.

    Args:
        grays: Some masks, (H, W) uint8.
        source: Where they come from, as `key=value`.
        threshold: As in `FileMask`.
        invert: As in `FileMask`.
        prefix: Of the keys `threshold` and `invert`.
    """
    darkest, brightest = _SOFT
    soft = float(np.mean([np.mean((gray > darkest) & (gray < brightest)) for gray in grays]))
    ratios = [float(np.mean((gray >= threshold) != invert)) for gray in grays]
    brightest = max(int(gray.max()) for gray in grays)
    if soft > _MOST_SOFT_PIXELS:
        _warn(
            f"{source}: {soft:.0%} of the pixels are neither black nor white; values from {threshold} are taken as "
            f"holes, set {prefix}threshold= to move that"
        )
    if 0 < brightest < threshold:
        _warn(
            f"{source}: no pixel reaches {prefix}threshold={threshold}, the brightest is {brightest}; "
            f"if these are holes, set {prefix}threshold={brightest}"
        )
    elif np.mean(ratios) > _LARGEST_USUAL_RATIO:
        _warn(
            f"{source}: {np.mean(ratios):.0%} of the pixels are holes, the masks look inverted; "
            f"if so, set {prefix}invert={str(not invert).lower()}"
        )
    elif 0.0 in ratios:
        _warn(
            f"{source}: {ratios.count(0.0)} of {len(ratios)} masks looked at "
            f"{'has' if ratios.count(0.0) == 1 else 'have'} no hole: all {'white' if invert else 'black'}, or drawn in "
            f"the transparency alone; holes are {'black on white' if invert else 'white on black'}"
        )


def _warn(message: str) -> None:
    warnings.warn(message, InputWarning, stacklevel=4)
