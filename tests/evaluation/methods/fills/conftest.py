import numpy as np
import pytest
import skimage.data


@pytest.fixture(scope="session")
def photograph() -> np.ndarray:
    return np.ascontiguousarray(skimage.data.astronaut()[:96, 160:272])
