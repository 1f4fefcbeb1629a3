import cv2
import numpy as np
import pytest
import skimage.data
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from inpaint_zoo.evaluation.protocols import MISFProtocol
from inpaint_zoo.metrics.score import score

MISF = MISFProtocol(size=256)


def test_psnr_and_ssim_are_those_of_truncated_composites(target, output, composite, hole):
    scored = score(target, output, hole, MISF.metrics)
    levels = (composite * np.float32(255)).astype(np.uint8)
    channels = [structural_similarity(target[..., c], levels[..., c], data_range=255) for c in range(3)]
    assert scored["psnr"] == pytest.approx(peak_signal_noise_ratio(target, levels), abs=1e-5)
    assert scored["ssim"] == pytest.approx(np.mean(channels), abs=1e-5)
    assert not np.array_equal(levels, np.round(composite * 255))


def test_l1_is_that_of_floats(target, output, composite, hole):
    scored = score(target, output, hole, MISF.metrics)
    difference = abs(target / 255 - composite)
    assert scored["l1"] == pytest.approx(difference.mean(), abs=1e-6)
    assert scored["hole_l1"] == pytest.approx(difference[hole].mean(), abs=1e-6)


def test_equal_images_have_100_db(target, hole):
    assert score(target, target, hole, MISF.metrics)["psnr"] == 100


def test_lpips_is_shown_floats_to_vgg(output):
    assert MISF.metrics.lpips == "vgg"
    assert np.array_equal(MISF.metrics.lpips_levels(output), output)


def test_the_largest_square_is_cut_and_resized():
    image = skimage.data.chelsea()
    square = np.ascontiguousarray(image[:, 75:375])
    assert np.array_equal(MISF.prepare(image), cv2.resize(square, (256, 256)))


def test_nothing_smooths_when_images_shrink():
    """Of every eight rows and columns those two around the middle count, with equal weights."""
    image = np.random.RandomState(0).randint(0, 256, (256, 256, 3)).astype(np.uint8)
    blocks = image.reshape(32, 8, 32, 8, 3).astype(float)
    expected = sum(blocks[:, row, :, column] for row in (3, 4) for column in (3, 4)) / 4
    assert np.abs(MISFProtocol(size=32).prepare(image) - expected).max() <= 1


def test_images_are_written_truncated(output):
    assert np.array_equal(MISF.to_image(output), (output.clip(0, 1) * np.float32(255)).astype(np.uint8))
