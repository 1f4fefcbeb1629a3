import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays
from skimage.metrics import peak_signal_noise_ratio

from inpaint_zoo.images.arrays import rounded, to_float
from inpaint_zoo.metrics.psnr import PSNR, PSNR_CAP, psnr
from inpaint_zoo.metrics.reading import Pair

IMAGES = arrays(np.uint8, (5, 4, 3))


def read(measure: PSNR, target: np.ndarray, output: np.ndarray):
    return measure(Pair(to_float(target), to_float(output)))


def test_equals_scikit_image(target, composite):
    expected = peak_signal_noise_ratio(target, composite, data_range=255)
    assert psnr(target, composite) == pytest.approx(expected, abs=1e-9)
    assert read(PSNR(rounded, 255, PSNR_CAP), target, composite).image() == pytest.approx(expected, abs=1e-9)


@settings(deadline=None, max_examples=30)
@given(IMAGES, IMAGES, arrays(np.bool_, (5, 4)))
def test_over_chosen_pixels_is_the_formula(target, composite, where):
    errors = (target[where].astype(float) - composite[where]) ** 2
    if errors.size == 0:
        assert psnr(target, composite, where) is None
    elif errors.sum() == 0:
        assert psnr(target, composite, where) == PSNR_CAP
    else:
        assert psnr(target, composite, where) == pytest.approx(10 * np.log10(255**2 / errors.mean()), abs=1e-9)


def test_equal_images_are_capped(target, mask, composite):
    assert psnr(target, target) == PSNR_CAP
    assert psnr(target, composite, mask == 0) == PSNR_CAP


def test_a_protocol_may_let_infinite_values_through(target):
    measure = PSNR(rounded, 255, math.inf)
    assert read(measure, target, target).image() == measure.best == math.inf


def test_nothing_beats_equal_images():
    target = np.zeros((256, 256, 3), np.uint8)
    composite = target.copy()
    composite[0, 0, 0] = 1
    expected = peak_signal_noise_ratio(target, composite)
    assert expected > PSNR_CAP
    assert psnr(target, composite) == PSNR_CAP
    assert read(PSNR(rounded, 255, math.inf), target, composite).image() == pytest.approx(expected)


def test_one_plane_is_an_image_too(target, composite):
    first, second = (image[..., 1] / np.float32(255) for image in (target, composite))
    reading = PSNR(lambda image: image[..., 0], 1, PSNR_CAP)(Pair(first[..., None], second[..., None]))
    assert reading.image() == pytest.approx(peak_signal_noise_ratio(first, second, data_range=1), abs=1e-5)
