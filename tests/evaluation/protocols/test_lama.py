import numpy as np
import pytest
import torch
import torch.nn.functional as F

from inpaint_zoo.evaluation.protocols import LaMaProtocol
from inpaint_zoo.metrics.bins import FINE_BINS
from inpaint_zoo.metrics.score import score

LAMA = LaMaProtocol(size=256)


def test_ssim_pads_with_zeros_and_counts_all_pixels(target, output, composite, hole):
    """The usual SSIM in torch: convolutions padded by half a window."""
    weights = torch.exp(-((torch.arange(11, dtype=torch.float64) - 5) ** 2) / (2 * 1.5**2))
    window = (torch.outer(weights, weights) / weights.sum() ** 2)[None, None]
    levels = np.round(composite * np.float32(255))
    x, y = (torch.from_numpy(image.astype(float)).permute(2, 0, 1)[:, None] for image in (target, levels))

    def mean(values: torch.Tensor) -> torch.Tensor:
        return F.conv2d(values, window, padding=5)

    ux, uy = mean(x), mean(y)
    vx, vy, vxy = mean(x * x) - ux**2, mean(y * y) - uy**2, mean(x * y) - ux * uy
    pixels = ((2 * ux * uy + 2.55**2) * (2 * vxy + 7.65**2)) / ((ux**2 + uy**2 + 2.55**2) * (vx + vy + 7.65**2))
    assert score(target, output, hole, LAMA.metrics)["ssim"] == pytest.approx(pixels.mean().item(), abs=1e-9)


def test_it_measures_ssim_lpips_and_fid_alone():
    metrics = LAMA.metrics
    assert (metrics.psnr, metrics.l1, metrics.lpips, metrics.sets) == (None, None, "vgg", ("fid",))


def test_results_have_its_ten_bins():
    assert [name for name in FINE_BINS if name != "none"] == [f"{low}-{low + 10}" for low in range(0, 100, 10)]
    assert LAMA.bins_hold_lower
