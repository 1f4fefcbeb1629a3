from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.arrays import to_float
from inpaint_zoo.metrics.definition import STANDARD_METRICS
from inpaint_zoo.metrics.reading import GivenReading
from inpaint_zoo.metrics.score import METRICS, score

NAMES = ("psnr", "ssim", "l1", "lpips")


def difference_of_means(target: np.ndarray, output: np.ndarray) -> GivenReading:
    """Stands for LPIPS, which has tests of its own."""
    return GivenReading(abs(float(target.mean() - output.mean())), abs(target - output).sum(axis=2))


def test_each_key_against_its_oracle(target, composite, mask):
    scored = score(target, composite, mask, STANDARD_METRICS, difference_of_means)
    hole = mask == 1
    difference = abs(target / 255.0 - composite / 255.0)
    mean, similarity = structural_similarity(
        target, composite, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True
    )
    assert scored == pytest.approx(
        {
            "ratio": 2500 / mask.size,
            "psnr": peak_signal_noise_ratio(target, composite),
            "hole_psnr": -10 * np.log10((difference[hole] ** 2).mean()),
            "known_psnr": 100.0,
            "ssim": mean,
            "hole_ssim": similarity[hole].mean(),
            "known_ssim": 1.0,
            "l1": difference.mean(),
            "hole_l1": difference[hole].mean(),
            "known_l1": 0.0,
            "lpips": abs(target.mean() - composite.mean()) / 255,
            "hole_lpips": difference[hole].sum(axis=1).mean(),
            "known_lpips": 0.0,
        },
        abs=1e-6,
    )


def test_known_pixels_are_scored_with_the_original_in_the_hole(target, composite, mask):
    output = 255 - composite
    output[mask == 0] = target[mask == 0] // 2
    scored = score(target, output, mask, STANDARD_METRICS, difference_of_means)
    known = mask == 0
    filled = np.where(known[..., None], output, target)
    _, similarity = structural_similarity(
        target, filled, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True
    )
    difference = abs(target / 255.0 - filled / 255.0)[known]
    assert scored["known_psnr"] == pytest.approx(-10 * np.log10((difference**2).mean()))
    assert scored["known_ssim"] == pytest.approx(similarity[known].mean(), abs=1e-9)
    assert scored["known_l1"] == pytest.approx(difference.mean())
    assert scored["known_lpips"] == pytest.approx(difference.sum(axis=1).mean(), abs=1e-6)


def test_the_composite_hides_what_a_method_did_to_known_pixels(target, composite, mask):
    output = np.where(mask[..., None] == 1, composite, 0).astype(np.uint8)
    whole, alone = (score(target, image, mask, STANDARD_METRICS) for image in (composite, output))
    for name in NAMES:
        assert whole[name] == alone[name]
        assert whole[f"hole_{name}"] == alone[f"hole_{name}"]
    assert alone["known_l1"] > 0.1


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 1000))
def test_what_happens_in_the_hole_does_not_touch_the_known_values(seed: int):
    rng = np.random.RandomState(seed)
    target, output, other = rng.randint(0, 256, (3, 12, 13, 3)).astype(np.uint8)
    hole = rng.rand(12, 13) < 0.4
    other = np.where(hole[..., None], other, output)
    first, second = (score(target, image, hole, STANDARD_METRICS) for image in (output, other))
    assert first != second
    assert all(first[key] == second[key] for key in METRICS if key.startswith("known_"))


def test_floats_and_levels_of_one_image_score_the_same(target, composite, mask):
    assert score(to_float(target), to_float(composite), mask, STANDARD_METRICS) == score(
        target, composite, mask, STANDARD_METRICS
    )


def test_floats_beyond_the_scale_are_clamped(target, mask):
    output = np.where(to_float(target) > 0.5, np.float32(3), np.float32(-2))
    clamped = (output > 0).astype(np.uint8) * 255
    assert score(target, output, mask, STANDARD_METRICS) == score(target, clamped, mask, STANDARD_METRICS)


def test_keys_are_the_same_whatever_is_defined(target, mask):
    full = score(target, target, mask, STANDARD_METRICS)
    tiny = score(target[:4, :4], target[:4, :4], np.ones((4, 4), np.uint8), STANDARD_METRICS)
    assert set(full) == set(tiny) == {"ratio", *METRICS}
    assert [key for key in METRICS if tiny[key] is not None] == ["hole_psnr", "hole_l1", "psnr", "l1"]
    assert tiny["ratio"] == 1


def test_a_measure_that_the_protocol_lacks_has_no_value(target, composite, mask):
    scored = score(target, composite, mask, replace(STANDARD_METRICS, psnr=None, lpips=None), difference_of_means)
    missing = {f"{region}{name}" for region in ("", "hole_", "known_") for name in ("psnr", "lpips")}
    assert {key for key, value in scored.items() if value is None} == missing


def test_without_hole_the_hole_has_no_score(target, mask):
    scored = score(target, target, np.zeros_like(mask), STANDARD_METRICS, difference_of_means)
    assert [key for key, value in scored.items() if value is None] == [f"hole_{name}" for name in NAMES]


def test_touched_known_pixels_show(target, mask):
    output = target.copy()
    output[0, 0, 0] ^= 1
    scored = score(target, output, mask, STANDARD_METRICS)
    assert scored["known_psnr"] < 100
    assert scored["known_ssim"] < 1
    assert scored["known_l1"] > 0
    assert scored["hole_psnr"] == scored["psnr"] == 100


def test_mask_of_255_is_a_hole_too(target, composite, mask):
    assert score(target, composite, mask * 255, STANDARD_METRICS) == score(target, composite, mask, STANDARD_METRICS)


def test_sizes_must_agree_and_nan_is_refused(target, composite, mask):
    with pytest.raises(InputError, match="sizes differ"):
        score(target, composite, mask[1:], STANDARD_METRICS)
    with pytest.raises(InputError, match="diverged"):
        score(target, to_float(composite) * np.float32(np.nan), mask, STANDARD_METRICS)
