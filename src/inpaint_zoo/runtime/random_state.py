"""Random numbers that depend only on a key."""

from __future__ import annotations

import numpy as np


def random_state(*key: int) -> np.random.RandomState:
    """Create the random generator of a key such as (seed, epoch, index), each in [0, 2**32).

    It is a `RandomState`, because NumPy guarantees its streams and its seeding forever. Worker, rank and earlier draws
    make no difference.
    """
    return np.random.RandomState(key)
