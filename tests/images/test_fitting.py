import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.images.resizing import FITTINGS, cover, resize, resize_bilinear, resize_mask, square, stretch

PICTURE = np.random.RandomState(0).randint(0, 256, (30, 44, 3)).astype(np.uint8)


def resized(picture: np.ndarray, height: int, width: int, resampling: Image.Resampling) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize((width, height), resampling))


@pytest.mark.parametrize("fit", FITTINGS.values(), ids=FITTINGS)
@pytest.mark.parametrize("size", [(16, 16), (20, 9), (50, 61), (1, 1)])
def test_every_picture_gets_the_size(fit, size):
    for picture in (PICTURE, PICTURE.transpose(1, 0, 2), PICTURE[:1]):
        prepared = fit(picture, size, resize)
        assert (prepared.dtype, prepared.shape) == (np.uint8, (*size, 3))


@pytest.mark.parametrize("fit", FITTINGS.values(), ids=FITTINGS)
def test_a_picture_that_fits_stays_as_it_is(fit):
    picture = PICTURE[:, :30]
    assert np.array_equal(fit(picture, (30, 30), resize), picture)


def test_the_shorter_side_is_resized_and_the_rest_cut_off():
    expected = resized(PICTURE, 15, 22, Image.Resampling.BICUBIC)[:, 3:18]
    assert np.array_equal(cover(PICTURE, (15, 15), resize), expected)


def test_the_square_is_cut_before_it_is_resized():
    expected = resized(PICTURE[:, 7:37], 12, 12, Image.Resampling.BICUBIC)
    assert np.array_equal(square(PICTURE, (12, 12), resize), expected)


def test_stretching_keeps_every_column():
    assert np.array_equal(stretch(PICTURE, (12, 12), resize), resized(PICTURE, 12, 12, Image.Resampling.BICUBIC))
    assert np.array_equal(
        stretch(PICTURE, (12, 12), resize_bilinear), resized(PICTURE, 12, 12, Image.Resampling.BILINEAR)
    )


@pytest.mark.parametrize("fit", FITTINGS.values(), ids=FITTINGS)
def test_masks_stay_where_the_picture_went(fit):
    holes = np.zeros((30, 44), np.uint8)
    holes[:, 22:] = 1
    fitted = fit(holes, (15, 16), resize_mask)
    assert fitted.shape == (15, 16)
    assert np.array_equal(fitted.mean(0), np.arange(16) >= 8)
