import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.data.preparation import cover_and_crop, square_and_resize, stretch, stretch_bilinear

PICTURE = np.random.RandomState(0).randint(0, 256, (30, 44, 3)).astype(np.uint8)
PREPARATIONS = [cover_and_crop, square_and_resize, stretch, stretch_bilinear]


def resized(picture: np.ndarray, height: int, width: int, resampling: Image.Resampling) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize((width, height), resampling))


@pytest.mark.parametrize("prepare", PREPARATIONS)
@pytest.mark.parametrize("size", [(16, 16), (20, 9), (50, 61), (1, 1)])
def test_every_picture_gets_the_size(prepare, size):
    for picture in (PICTURE, PICTURE.transpose(1, 0, 2), PICTURE[:1]):
        prepared = prepare(picture, size)
        assert (prepared.dtype, prepared.shape) == (np.uint8, (*size, 3))


@pytest.mark.parametrize("prepare", PREPARATIONS)
def test_a_picture_that_fits_stays_as_it_is(prepare):
    square = PICTURE[:, :30]
    assert np.array_equal(prepare(square, (30, 30)), square)


def test_the_shorter_side_is_resized_and_the_rest_cut_off():
    expected = resized(PICTURE, 15, 22, Image.Resampling.BICUBIC)[:, 3:18]
    assert np.array_equal(cover_and_crop(PICTURE, (15, 15)), expected)


def test_the_square_is_cut_before_it_is_resized():
    expected = resized(PICTURE[:, 7:37], 12, 12, Image.Resampling.BICUBIC)
    assert np.array_equal(square_and_resize(PICTURE, (12, 12)), expected)


def test_stretching_keeps_every_column():
    assert np.array_equal(stretch(PICTURE, (12, 12)), resized(PICTURE, 12, 12, Image.Resampling.BICUBIC))
    assert np.array_equal(stretch_bilinear(PICTURE, (12, 12)), resized(PICTURE, 12, 12, Image.Resampling.BILINEAR))
    assert not np.array_equal(stretch(PICTURE, (12, 12)), stretch_bilinear(PICTURE, (12, 12)))
