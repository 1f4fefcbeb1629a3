import numpy as np
import pytest
import skimage.data


@pytest.fixture(scope="session")
def target() -> np.ndarray:
    return np.ascontiguousarray(skimage.data.astronaut()[40:136, 150:262])


@pytest.fixture(scope="session")
def mask(target: np.ndarray) -> np.ndarray:
    mask = np.zeros(target.shape[:2], np.uint8)
    mask[20:70, 30:80] = 1
    return mask


@pytest.fixture(scope="session")
def composite(target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    noise = np.random.RandomState(0).randint(-40, 41, target.shape)
    noisy = np.clip(target.astype(int) + noise, 0, 255).astype(np.uint8)
    return np.where(mask[..., None] == 1, noisy, target)
