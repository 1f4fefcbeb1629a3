import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.images.resizing import FITTINGS, cover, resize, resize_bilinear, resize_mask, square, stretch

IMAGE = np.random.RandomState(0).randint(0, 256, (30, 44, 3)).astype(np.uint8)


def resized(image: np.ndarray, height: int, width: int, resampling: Image.Resampling) -> np.ndarray:
    return np.asarray(Image.fromarray(image).resize((width, height), resampling))


@pytest.mark.parametrize("fit", FITTINGS.values(), ids=FITTINGS)
@pytest.mark.parametrize("size", [(16, 16), (20, 9), (50, 61), (1, 1)])
def test_every_image_gets_the_size(fit, size):
    for image in (IMAGE, IMAGE.transpose(1, 0, 2), IMAGE[:1]):
        prepared = fit(image, size, resize)
        assert (prepared.dtype, prepared.shape) == (np.uint8, (*size, 3))


@pytest.mark.parametrize("fit", FITTINGS.values(), ids=FITTINGS)
def test_an_image_that_fits_stays_as_it_is(fit):
    image = IMAGE[:, :30]
    assert np.array_equal(fit(image, (30, 30), resize), image)


def test_the_shorter_side_is_resized_and_the_rest_cut_off():
    expected = resized(IMAGE, 15, 22, Image.Resampling.BICUBIC)[:, 3:18]
    assert np.array_equal(cover(IMAGE, (15, 15), resize), expected)


def test_the_square_is_cut_before_it_is_resized():
    expected = resized(IMAGE[:, 7:37], 12, 12, Image.Resampling.BICUBIC)
    assert np.array_equal(square(IMAGE, (12, 12), resize), expected)


def test_stretching_keeps_every_column():
    assert np.array_equal(stretch(IMAGE, (12, 12), resize), resized(IMAGE, 12, 12, Image.Resampling.BICUBIC))
    assert np.array_equal(stretch(IMAGE, (12, 12), resize_bilinear), resized(IMAGE, 12, 12, Image.Resampling.BILINEAR))


@pytest.mark.parametrize("fit", FITTINGS.values(), ids=FITTINGS)
def test_masks_stay_where_the_image_went(fit):
    holes = np.zeros((30, 44), np.uint8)
    holes[:, 22:] = 1
    fitted = fit(holes, (15, 16), resize_mask)
    assert fitted.shape == (15, 16)
    assert np.array_equal(fitted.mean(0), np.arange(16) >= 8)
