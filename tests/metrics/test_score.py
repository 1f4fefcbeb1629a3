import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from inpaint_zoo.errors import InputError
from inpaint_zoo.metrics.score import METRICS, score


def test_each_key_against_its_oracle(target, composite, mask):
    scored = score(target, composite, mask, lambda first, second: float(first[0, 0, 0] == second[0, 0, 0]) / 4)
    hole = mask == 1
    difference = abs(target / 255.0 - composite / 255.0)
    assert scored.pop("hole_ssim") < scored["ssim"]
    assert scored == pytest.approx(
        {
            "ratio": 2500 / mask.size,
            "psnr": peak_signal_noise_ratio(target, composite),
            "hole_psnr": -10 * np.log10((difference[hole] ** 2).mean()),
            "known_psnr": 100.0,
            "ssim": structural_similarity(
                target, composite, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
            ),
            "l1": difference.mean(),
            "hole_l1": difference[hole].mean(),
            "lpips": 0.25,
        }
    )


def test_keys_are_the_same_whatever_is_defined(target, mask):
    full, tiny = score(target, target, mask), score(target[:4, :4], target[:4, :4], np.ones((4, 4), np.uint8))
    assert set(full) == set(tiny) == {"ratio", *METRICS}
    assert tiny["ssim"] is tiny["hole_ssim"] is tiny["known_psnr"] is tiny["lpips"] is None
    assert tiny["ratio"] == 1


def test_without_hole_the_hole_has_no_score(target, mask):
    scored = score(target, target, np.zeros_like(mask))
    assert [key for key, value in scored.items() if value is None] == ["hole_psnr", "hole_ssim", "hole_l1", "lpips"]


def test_touched_known_pixels_show(target, mask):
    composite = target.copy()
    composite[0, 0, 0] ^= 1
    scored = score(target, composite, mask)
    assert scored["known_psnr"] < 100
    assert scored["hole_psnr"] == 100


def test_mask_of_255_is_a_hole_too(target, composite, mask):
    assert score(target, composite, mask * 255) == score(target, composite, mask)


def test_sizes_must_agree(target, composite, mask):
    with pytest.raises(InputError, match="sizes differ"):
        score(target, composite, mask[1:])
