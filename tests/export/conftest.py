from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

Sample = tuple[NDArray[np.uint8], NDArray[np.uint8]]


@pytest.fixture(scope="session")
def sample() -> Callable[[int, int, int], Sample]:
    """Noise (B, H, W, 3) with holes of blocks (B, H, W)."""

    def make(batch: int, height: int, width: int) -> Sample:
        rng = np.random.default_rng(height)
        image = rng.integers(0, 256, (batch, height, width, 3), np.uint8)
        holes = (rng.random((batch, -(-height // 16), -(-width // 16))) < 0.3).repeat(16, 1).repeat(16, 2)
        holes[:, 0, 0] = False
        return image, holes[:, :height, :width].astype(np.uint8)

    return make
