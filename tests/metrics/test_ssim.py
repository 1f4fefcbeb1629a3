import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage.metrics import structural_similarity

from inpaint_zoo.metrics.ssim import SSIM, ssim


def similarity_map(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """SSIM's formula on one channel, with C1 = (0.01 L)² and C2 = (0.03 L)²."""

    def blur(values):
        return gaussian_filter(values, 1.5, truncate=3.5)

    x, y = first.astype(float), second.astype(float)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mean_x, mean_y = blur(x), blur(y)
    variance_x, variance_y = blur(x * x) - mean_x**2, blur(y * y) - mean_y**2
    covariance = blur(x * y) - mean_x * mean_y
    return ((2 * mean_x * mean_y + c1) * (2 * covariance + c2)) / (
        (mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2)
    )


def test_equals_the_formula(target, composite, mask):
    similarity = np.stack([similarity_map(target[..., c], composite[..., c]) for c in range(3)], axis=-1)
    result = ssim(target, composite, mask == 1)
    assert result.image == pytest.approx(similarity[5:-5, 5:-5].mean(), abs=1e-10)
    assert result.hole == pytest.approx(similarity[mask == 1].mean(), abs=1e-10)


def test_is_the_mean_of_the_channels(target, composite, mask):
    channels = [
        structural_similarity(
            target[..., c], composite[..., c], gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
        for c in range(3)
    ]
    assert ssim(target, composite, mask == 1).image == pytest.approx(np.mean(channels), abs=1e-10)


def test_hole_is_judged_harder_than_the_picture(target, composite, mask):
    result = ssim(target, composite, mask == 1)
    assert result.hole < result.image < 1


def test_equal_pictures_and_no_hole(target, mask):
    assert ssim(target, target, mask == 1) == pytest.approx((1, 1))
    assert ssim(target, target, np.zeros_like(mask, bool)).hole is None


def test_smaller_than_the_window_is_not_defined():
    small = np.zeros((10, 40, 3), np.uint8)
    assert ssim(small, small, np.ones((10, 40), bool)) == SSIM(None, None)
    assert ssim(small.repeat(2, 0)[:11], small.repeat(2, 0)[:11], np.ones((11, 40), bool)) == SSIM(1, 1)
