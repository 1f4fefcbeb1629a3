import numpy as np
import pytest
from scipy.signal import convolve2d
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from inpaint_zoo.evaluation.protocols import MATProtocol
from inpaint_zoo.metrics.score import score

MAT = MATProtocol(size=256)


@pytest.fixture
def levels(composite) -> np.ndarray:
    return np.round(composite * np.float32(255)).astype(np.uint8)


def test_psnr_and_ssim_are_those_of_scikit_image(target, output, hole, levels):
    scored = score(target, output, hole, MAT.metrics)
    similarity = structural_similarity(
        target, levels, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, channel_axis=2
    )
    assert scored["psnr"] == pytest.approx(peak_signal_noise_ratio(target, levels), abs=1e-5)
    assert scored["ssim"] == pytest.approx(similarity, abs=1e-5)
    assert scored["l1"] == pytest.approx(abs(target.astype(float) - levels).mean() / 255, abs=1e-6)


def test_only_windows_inside_the_image_count(target, output, hole, levels):
    """The area in which a window of 11 fits: filtered without any edges at all."""
    weights = np.exp(-((np.arange(11) - 5) ** 2) / (2 * 1.5**2))
    window = np.outer(weights, weights) / weights.sum() ** 2

    def mean(values: np.ndarray) -> np.ndarray:
        return convolve2d(values, window, mode="valid")

    maps = []
    for channel in range(3):
        x, y = target[..., channel].astype(float), levels[..., channel].astype(float)
        ux, uy = mean(x), mean(y)
        luminance = (2 * ux * uy + 2.55**2) / (ux**2 + uy**2 + 2.55**2)
        variances = mean(x * x) - ux**2 + mean(y * y) - uy**2
        maps.append(luminance * (2 * (mean(x * y) - ux * uy) + 7.65**2) / (variances + 7.65**2))
    assert score(target, output, hole, MAT.metrics)["ssim"] == pytest.approx(np.mean(maps), abs=1e-9)


def test_equal_images_are_infinite(target, hole):
    scored = score(target, target, hole, MAT.metrics)
    assert scored["psnr"] == scored["hole_psnr"] == scored["known_psnr"] == np.inf


def test_images_are_compared_as_sets_too():
    assert MAT.metrics.sets == ("fid", "u_ids", "p_ids")
    assert MAT.metrics.lpips == "alex"
    assert not MAT.metrics.fid_sample_covariance
