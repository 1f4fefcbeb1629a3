import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inpaint_zoo.images.arrays import to_float
from inpaint_zoo.metrics.definition import SET_METRICS, STANDARD_METRICS, as_floats, as_written
from inpaint_zoo.metrics.reading import Pair
from inpaint_zoo.metrics.score import MEASURES

IMAGES = arrays(np.float32, (3, 4, 3), elements=st.floats(0, 1, width=32))


@settings(deadline=None, max_examples=40)
@given(IMAGES)
def test_what_is_written_is_the_nearest_of_256_levels(image: np.ndarray) -> None:
    written = as_written(image)
    levels = np.arange(256) / 255
    nearest = np.abs(image[..., None].astype(np.float64) - levels).min(axis=-1)
    assert np.abs(image.astype(np.float64) - written).max() <= nearest.max() + 1e-7
    assert np.array_equal(as_written(written), written)
    assert as_floats(image) is image


def test_8_bit_images_are_written_as_they_are() -> None:
    ramp = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    assert np.array_equal(as_written(to_float(ramp)), to_float(ramp))


def test_standard_has_every_measure_of_one_image_and_none_of_sets() -> None:
    assert all(getattr(STANDARD_METRICS, name) is not None for name in MEASURES)
    assert STANDARD_METRICS.sets == ()
    assert SET_METRICS == ("fid", "u_ids", "p_ids")


def test_standard_measures_what_is_written() -> None:
    image = np.full((12, 12, 3), 0.5, np.float32)
    nearly = Pair(image, image + np.float32(0.001))
    for measure in (STANDARD_METRICS.psnr, STANDARD_METRICS.ssim, STANDARD_METRICS.l1):
        assert abs(measure(nearly).image() - measure.best) < 1e-12
