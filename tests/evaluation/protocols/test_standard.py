import numpy as np
import pytest
import skimage.data
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from inpaint_zoo.evaluation.protocols import StandardProtocol
from inpaint_zoo.metrics.score import score

STANDARD = StandardProtocol(size=256)


def test_metrics_are_those_of_rounded_composites(target, output, composite, hole):
    scored = score(target, output, hole, STANDARD.metrics)
    levels = np.round(composite * np.float32(255)).astype(np.uint8)
    similarity, pixels = structural_similarity(
        target, levels, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, channel_axis=2, full=True
    )
    difference = abs(target.astype(float) - levels)
    assert scored["psnr"] == pytest.approx(peak_signal_noise_ratio(target, levels), abs=1e-5)
    assert scored["ssim"] == pytest.approx(similarity, abs=1e-5)
    assert scored["l1"] == pytest.approx(difference.mean() / 255, abs=1e-5)
    assert scored["hole_ssim"] == pytest.approx(pixels[hole].mean(), abs=1e-5)
    assert scored["hole_l1"] == pytest.approx(difference[hole].mean() / 255, abs=1e-5)
    assert scored["hole_psnr"] == pytest.approx(
        peak_signal_noise_ratio(target[hole], levels[hole], data_range=255), abs=1e-5
    )


def test_images_are_resized_by_their_shorter_side_and_cut():
    image = skimage.data.chelsea()
    resized = Image.fromarray(image).resize((round(451 * 256 / 300), 256), Image.Resampling.BICUBIC)
    left = (resized.width - 256) // 2
    assert np.array_equal(STANDARD.prepare(image), np.asarray(resized)[:, left : left + 256])
