"""An image and what a network might make of it, unequal everywhere and between the levels of 8 bits."""

import numpy as np
import pytest
import skimage.data


@pytest.fixture(scope="session")
def target() -> np.ndarray:
    return np.ascontiguousarray(skimage.data.astronaut()[40:136, 150:262])


@pytest.fixture(scope="session")
def hole(target: np.ndarray) -> np.ndarray:
    hole = np.zeros(target.shape[:2], bool)
    hole[20:70, 30:80] = True
    return hole


@pytest.fixture(scope="session")
def output(target: np.ndarray) -> np.ndarray:
    noise = np.random.RandomState(0).uniform(-0.2, 0.2, target.shape)
    return (target / 255 + noise).astype(np.float32)


@pytest.fixture(scope="session")
def composite(target: np.ndarray, output: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Floats in [0, 1]."""
    return np.where(hole[..., None], output.clip(0, 1), (target / 255).astype(np.float32))
