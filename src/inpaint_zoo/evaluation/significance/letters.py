"""Letters for methods: two methods have a letter in common where they cannot be told apart.

Source: Piepho, "An algorithm for a letter-based representation of all-pairwise comparisons", Journal of Computational
and Graphical Statistics 13 (2004): insert and absorb.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from string import ascii_letters

import numpy as np
from numpy.typing import NDArray


def letters(told_apart: NDArray[np.bool_]) -> list[str]:
    """The letters of each method, such as `ab`; the first groups hold the first methods.

    Args:
        told_apart: (M, M), symmetric: whether two methods are told apart.

    Returns:
        M texts; all empty where more groups are needed than there are letters.
    """
    groups = [set(range(len(told_apart)))]
    for pair in combinations(range(len(told_apart)), 2):
        if told_apart[pair]:
            groups = _split(groups, set(pair))
        if len(groups) > len(ascii_letters):
            return [""] * len(told_apart)
    named = list(zip(ascii_letters, sorted(groups, key=sorted), strict=False))
    return ["".join(letter for letter, group in named if number in group) for number in range(len(told_apart))]


def _split(groups: Sequence[set[int]], pair: set[int]) -> list[set[int]]:
    """Split the groups that hold both of a pair: one without each of them; what another group holds is left out."""
    parts = [group - {one} for group in groups if pair <= group for one in pair]
    whole = [group for group in groups if not pair <= group]
    kept: list[set[int]] = []
    for part in parts:
        if not any(part <= other for other in whole + kept):
            kept = [other for other in kept if not other < part] + [part]
    return whole + kept
