"""Mean absolute error of 8-bit pictures."""

from __future__ import annotations

import numpy as np

from inpaint_zoo.metrics.pictures import Hole, Picture


def l1(target: Picture, composite: Picture, where: Hole | None = None) -> float | None:
    """Mean of |target - composite| / 255 over RGB, in [0, 1]; tables show it in per cent.

    Args:
        target: (H, W, 3).
        composite: (H, W, 3).
        where: (H, W), the pixels that count (all of them by default).

    Returns:
        None where no pixel counts.
    """
    difference = np.abs(target.astype(np.int16) - composite.astype(np.int16))
    chosen = difference if where is None else difference[where]
    return float(chosen.mean() / 255) if chosen.size else None
