"""Bins of the hole ratio: (0, 20], (20, 40] and (40, 60] per cent, with rows of their own for the rest."""

from __future__ import annotations

import bisect

NO_HOLE = "none"
BIN_EDGES = (0.2, 0.4, 0.6)
"""Upper edges, each inside its bin."""
RATIO_BINS = ("0-20", "20-40", "40-60", "60-100")
BINS = (NO_HOLE, *RATIO_BINS)
"""Every bin, from no hole to more than 60 %."""
ALL = "all"
"""Name of the row over all pictures."""
BIN_TITLES = {
    NO_HOLE: "no hole",
    "0-20": "0–20 %",
    "20-40": "20–40 %",
    "40-60": "40–60 %",
    "60-100": "> 60 %",
    ALL: "all",
}


def ratio_bin(ratio: float) -> str:
    """Name of the bin of a hole ratio.

    Args:
        ratio: hole pixels / all pixels, in [0, 1].
    """
    if not 0 <= ratio <= 1:
        raise ValueError(f"a hole ratio lies in [0, 1], not at {ratio}")
    return NO_HOLE if ratio == 0 else RATIO_BINS[bisect.bisect_left(BIN_EDGES, ratio)]
