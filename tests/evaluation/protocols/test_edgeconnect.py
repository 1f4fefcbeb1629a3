import numpy as np
import pytest
import skimage.data
from PIL import Image
from skimage.color import rgb2gray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from inpaint_zoo.evaluation.protocols import EdgeConnectProtocol
from inpaint_zoo.metrics.score import score

EDGECONNECT = EdgeConnectProtocol(size=256)


@pytest.fixture
def grays(target, composite) -> tuple[np.ndarray, np.ndarray]:
    """Of 8-bit files."""
    levels = np.round(composite * np.float32(255)).astype(np.uint8)
    first, second = (rgb2gray((image / 255).astype(np.float32)) for image in (target, levels))
    assert first.dtype == second.dtype == np.float32
    return first, second


def test_psnr_is_that_of_gray_floats(target, output, hole, grays):
    expected = peak_signal_noise_ratio(*(gray.astype(float) for gray in grays), data_range=1)
    assert score(target, output, hole, EDGECONNECT.metrics)["psnr"] == pytest.approx(expected, abs=1e-5)


def test_ssim_is_that_of_gray_floats_in_a_window_of_51(target, output, hole, grays):
    mean, pixels = structural_similarity(*(gray.astype(float) for gray in grays), win_size=51, data_range=1, full=True)
    scored = score(target, output, hole, EDGECONNECT.metrics)
    assert scored["ssim"] == pytest.approx(mean, abs=1e-5)
    assert scored["hole_ssim"] == pytest.approx(pixels[hole].mean(), abs=1e-5)


def test_l1_is_relative_and_of_the_same_gray(target, output, hole, grays):
    scored = score(target, output, hole, EDGECONNECT.metrics)
    for key, where in (("l1", np.ones_like(hole)), ("hole_l1", hole)):
        a, b = (gray[where].astype(float) for gray in grays)
        assert scored[key] == pytest.approx(abs(a - b).sum() / (a + b).sum(), abs=1e-6)
    levels = np.round(output.clip(0, 1) * np.float32(255)).astype(np.uint8)
    a, b = (rgb2gray(image / 255)[~hole] for image in (target, levels))
    assert scored["known_l1"] == pytest.approx(abs(a - b).sum() / (a + b).sum(), abs=1e-6)


def test_the_largest_square_is_cut_and_resized_by_pillow():
    image = skimage.data.chelsea()
    square = Image.fromarray(image[:, 75:375])
    assert np.array_equal(EDGECONNECT.prepare(image), square.resize((256, 256), Image.Resampling.BILINEAR))


def test_there_is_no_lpips():
    assert EDGECONNECT.metrics.lpips is None
