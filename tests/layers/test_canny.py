import numpy as np
import pytest
import skimage.data
import torch
from numpy.typing import NDArray
from skimage.color import rgb2gray
from skimage.feature import canny

from inpaint_zoo.layers.canny import edges, luminance


def stripes() -> NDArray[np.float64]:
    image = np.zeros((90, 80, 3))
    image[:, ::10], image[::9] = 1, 0.5
    return image


def boxes() -> NDArray[np.float64]:
    image = np.zeros((100, 128, 3))
    image[20:60, 30:90], image[70:90, 10:40], image[64] = 1, 0.6, 0.3
    return image


IMAGES = {
    "astronaut": skimage.data.astronaut()[:200, 100:331] / 255,
    "coffee": skimage.data.coffee()[50:250, 100:300] / 255,
    "noise": np.random.RandomState(0).rand(65, 131, 3),
    "stripes": stripes(),
    "boxes": boxes(),
    "flat": np.full((40, 40, 3), 0.5),
}


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("share", [0, 0.3, 0.7])
def test_edges_are_those_of_scikit_image(name: str, share: float) -> None:
    image = IMAGES[name]
    height, width = image.shape[:2]
    blocks = np.random.RandomState(1).rand(height // 16 + 1, width // 16 + 1) >= share
    valid = blocks.repeat(16, 0).repeat(16, 1)[:height, :width]
    gray = luminance(torch.from_numpy(image).permute(2, 0, 1)[None])
    np.testing.assert_allclose(gray[0, 0].numpy(), rgb2gray(image), atol=1e-15)
    found = edges(gray, torch.from_numpy(valid)[None, None], 2.0)
    assert found.dtype == torch.bool
    np.testing.assert_array_equal(found[0, 0].numpy(), canny(rgb2gray(image), sigma=2.0, mask=valid))


def test_images_of_a_batch_do_not_touch_each_other() -> None:
    gray = torch.from_numpy(np.stack([rgb2gray(IMAGES["coffee"]), rgb2gray(IMAGES["astronaut"])[:, :200]]))[:, None]
    valid = torch.ones_like(gray, dtype=torch.bool)
    single = [edges(gray[at : at + 1], valid[:1], 2.0) for at in range(2)]
    assert torch.equal(edges(gray, valid, 2.0), torch.cat(single))
