"""Bins of the hole ratio: (0, 20], (20, 40] and (40, 60] per cent, every 10 per cent, and bins for the rest.

The bins of 10 per cent hold their upper limits, as the others, or their lower ones, as LaMa's.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable

NO_HOLE = "none"
BIN_EDGES = (0.2, 0.4, 0.6)
"""Upper limits, which are included in their bins."""
RATIO_BINS = ("0-20", "20-40", "40-60", "60-100")
BINS = (NO_HOLE, *RATIO_BINS)
"""The bins of the papers, from no hole to more than 60 %: every image is in one of them."""
FINE_EDGES = tuple(tenth / 10 for tenth in range(1, 10))
FINE_RATIO_BINS = tuple(f"{low}-{low + 10}" for low in range(0, 100, 10))
FINE_BINS = (NO_HOLE, *FINE_RATIO_BINS)
"""Bins of 10 %: every image is also in one of them."""
ALL = "all"
"""Name of the bin of all images."""
EVERY_BIN = (*BINS, *FINE_RATIO_BINS, ALL)
"""All bins for which means are computed, in the order of files."""
BIN_TITLES = {
    NO_HOLE: "no hole",
    "0-20": "0–20 %",
    "20-40": "20–40 %",
    "40-60": "40–60 %",
    "60-100": "> 60 %",
    **{name: f"{name.replace('-', '–')} %" for name in FINE_RATIO_BINS},
    ALL: "all",
}


def ratio_bin(ratio: float) -> str:
    """Name of the bin of a hole ratio among `BINS`.

    Args:
        ratio: Hole pixels / all pixels, in [0, 1].

    Examples:
        >>> ratio_bin(0.25)
        '20-40'
    """
    return _bin(ratio, BIN_EDGES, RATIO_BINS)


def fine_bin(ratio: float, *, holds_lower: bool = False) -> str:
    """Name of the bin of a hole ratio among `FINE_BINS`.

    Args:
        ratio: Hole pixels / all pixels, in [0, 1].
        holds_lower: Whether a limit belongs to the bin above it; 1 belongs to the last bin either way.

    Examples:
        >>> fine_bin(0.5), fine_bin(0.5, holds_lower=True)
        ('40-50', '50-60')
    """
    return _bin(ratio, FINE_EDGES, FINE_RATIO_BINS, bisect.bisect_right if holds_lower else bisect.bisect_left)


def bins_of(ratio: float, *, holds_lower: bool = False) -> tuple[str, ...]:
    """All bins of an image: one of `BINS`, one of `FINE_BINS` (only once if it is the same), and `ALL`."""
    return tuple(dict.fromkeys((ratio_bin(ratio), fine_bin(ratio, holds_lower=holds_lower), ALL)))


def _bin(
    ratio: float,
    edges: tuple[float, ...],
    names: tuple[str, ...],
    place: Callable[[tuple[float, ...], float], int] = bisect.bisect_left,
) -> str:
    if not 0 <= ratio <= 1:
        raise ValueError(f"a hole ratio must be in [0, 1], not {ratio}")
    return NO_HOLE if ratio == 0 else names[place(edges, ratio)]
