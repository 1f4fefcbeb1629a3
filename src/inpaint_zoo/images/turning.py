"""Turning arrays as EXIF orientations say."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

_TURNS: Mapping[int, Callable[[np.ndarray], np.ndarray]] = {
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.swapaxes(0, 1),
    6: lambda image: np.rot90(image, -1),
    7: lambda image: image[::-1, ::-1].swapaxes(0, 1),
    8: np.rot90,
}
_BACK = {6: 8, 8: 6}
"""The others undo themselves."""


def turned_upright(image: np.ndarray, orientation: int) -> np.ndarray:
    """Turn (H, W, C), stored with an EXIF orientation, the way a viewer shows it."""
    return np.ascontiguousarray(_TURNS[orientation](image)) if orientation in _TURNS else image


def turned_back(image: np.ndarray, orientation: int) -> np.ndarray:
    """Turn an upright (H, W, C) the way that it is stored with an EXIF orientation."""
    return turned_upright(image, _BACK.get(orientation, orientation))
