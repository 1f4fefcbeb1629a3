import numpy as np
import pytest
from skimage.metrics import structural_similarity

from inpaint_zoo.evaluation.protocols import LaMaProtocol
from inpaint_zoo.metrics.bins import FINE_BINS
from inpaint_zoo.metrics.score import score

LAMA = LaMaProtocol(size=256)


def test_ssim_is_that_of_scikit_image(target, output, composite, hole):
    levels = np.round(composite * np.float32(255)).astype(np.uint8)
    expected = structural_similarity(
        target, levels, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, channel_axis=2
    )
    assert score(target, output, hole, LAMA.metrics)["ssim"] == pytest.approx(expected, abs=1e-5)


def test_it_measures_ssim_lpips_and_fid_alone():
    metrics = LAMA.metrics
    assert (metrics.psnr, metrics.l1, metrics.lpips, metrics.sets) == (None, None, "alex", ("fid",))


def test_results_have_its_ten_bins():
    assert [name for name in FINE_BINS if name != "none"] == [f"{low}-{low + 10}" for low in range(0, 100, 10)]
