"""Random numbers that depend on a key and on nothing else."""

from __future__ import annotations

import numpy as np


def random_state(*key: int) -> np.random.RandomState:
    """Make the generator of a key, such as (seed, epoch, index), each in [0, 2**32).

    `RandomState`, because its streams and its seeding are frozen; worker, rank and history play no part.
    """
    return np.random.RandomState(key)
