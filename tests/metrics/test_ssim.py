import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.ndimage import gaussian_filter
from scipy.signal import convolve2d
from skimage.metrics import structural_similarity

from inpaint_zoo.images.arrays import rounded, to_float
from inpaint_zoo.metrics.reading import Pair
from inpaint_zoo.metrics.ssim import SSIM, gaussian_window, similarity_map, uniform_window, zero_padded_gaussian_window

GAUSSIAN = gaussian_window(size=11, sigma=1.5)
BIASED = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
WINDOWS = {
    "gaussian_11": (GAUSSIAN, BIASED),
    "uniform_7": (uniform_window(7), {}),
    "uniform_51": (uniform_window(51), {"win_size": 51}),
}
STANDARD = SSIM(rounded, data_range=255, window=GAUSSIAN)


def read(target: np.ndarray, output: np.ndarray, measure: SSIM = STANDARD):
    return measure(Pair(to_float(target), to_float(output)))


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("data_range", [1, 255])
def test_equals_scikit_image(name: str, data_range: int, target, composite):
    window, options = WINDOWS[name]
    first, second = (image.astype(float) * (data_range / 255) for image in (target, composite))
    mean, expected = structural_similarity(first, second, channel_axis=2, data_range=data_range, full=True, **options)
    found = similarity_map(first, second, data_range, window)
    assert abs(found - expected.mean(axis=2)).max() < 1e-9
    border = window.size // 2
    assert found[border:-border, border:-border].mean() == pytest.approx(mean, abs=1e-10)


@pytest.mark.parametrize("name", WINDOWS)
@settings(deadline=None, max_examples=15)
@given(data=st.data())
def test_equals_scikit_image_on_any_plane(name: str, data: st.DataObject):
    window, options = WINDOWS[name]
    shape = data.draw(array_shapes(min_dims=2, max_dims=2, min_side=window.size, max_side=window.size + 9))
    first, second = (data.draw(arrays(np.uint8, shape)) for _ in range(2))
    mean, expected = structural_similarity(first, second, data_range=255, full=True, **options)
    assert abs(similarity_map(first, second, 255, window) - expected).max() < 1e-9
    reading = SSIM(lambda image: np.rint(image * 255), 255, window)(Pair(to_float(first), to_float(second)))
    assert reading.image() == pytest.approx(mean, abs=1e-9)


@pytest.mark.parametrize("name", WINDOWS)
@settings(deadline=None, max_examples=10)
@given(levels=st.tuples(st.integers(0, 255), st.integers(0, 255)))
def test_flat_images(name: str, levels: tuple[int, int]):
    window, options = WINDOWS[name]
    x, y = levels
    first, second = (np.full((60, 55), level, np.uint8) for level in levels)
    formula = (2 * x * y + 2.55**2) / (x**2 + y**2 + 2.55**2)
    assert abs(similarity_map(first, second, 255, window) - formula).max() < 1e-9
    assert structural_similarity(first, second, data_range=255, **options) == pytest.approx(formula, abs=1e-9)


def test_zero_padding_is_that_of_a_padded_convolution(target, composite, mask):
    weights = np.exp(-((np.arange(11) - 5) ** 2) / (2 * 1.5**2))
    window = np.outer(weights, weights) / weights.sum() ** 2

    def mean(values):
        return np.stack(
            [convolve2d(plane, window, mode="same", boundary="fill") for plane in np.moveaxis(values, 2, 0)]
        )

    x, y = target.astype(float), composite.astype(float)
    mean_x, mean_y = mean(x), mean(y)
    luminance = (2 * mean_x * mean_y + 2.55**2) / (mean_x**2 + mean_y**2 + 2.55**2)
    variances = mean(x * x) - mean_x**2 + mean(y * y) - mean_y**2
    pixels = (luminance * (2 * (mean(x * y) - mean_x * mean_y) + 7.65**2) / (variances + 7.65**2)).mean(axis=0)
    reading = read(target, composite, SSIM(rounded, 255, zero_padded_gaussian_window(size=11, sigma=1.5)))
    assert reading.image() == pytest.approx(pixels.mean(), abs=1e-10)
    assert reading.within(mask == 1) == pytest.approx(pixels[mask == 1].mean(), abs=1e-10)
    assert reading.image() != pytest.approx(read(target, composite).image(), abs=1e-4)


def test_equals_the_formula_of_the_paper(target, composite, mask):
    def blur(values):
        return gaussian_filter(values, 1.5, truncate=3.5, axes=(0, 1))

    x, y = target.astype(float), composite.astype(float)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mean_x, mean_y = blur(x), blur(y)
    variance_x, variance_y = blur(x * x) - mean_x**2, blur(y * y) - mean_y**2
    covariance = blur(x * y) - mean_x * mean_y
    similarity = ((2 * mean_x * mean_y + c1) * (2 * covariance + c2)) / (
        (mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2)
    )
    reading = read(target, composite)
    assert reading.image() == pytest.approx(similarity[5:-5, 5:-5].mean(), abs=1e-10)
    assert reading.within(mask == 1) == pytest.approx(similarity[mask == 1].mean(), abs=1e-10)


def test_the_hole_is_less_similar_than_the_whole_image(target, composite, mask):
    reading = read(target, composite)
    assert reading.within(mask == 1) < reading.image() < 1


def test_equal_images_and_no_hole(target, mask):
    reading = read(target, target)
    assert reading.image() == pytest.approx(STANDARD.best, abs=1e-12)
    assert reading.within(np.zeros_like(mask, bool)) is None


def test_smaller_than_the_window_is_not_defined():
    small = np.zeros((10, 40, 3), np.uint8)
    assert read(small, small) is None
    assert read(small.repeat(2, 0)[:11], small.repeat(2, 0)[:11]).image() == pytest.approx(1, abs=1e-12)
    assert read(small, small, SSIM(rounded, 255, uniform_window(7))) is not None
