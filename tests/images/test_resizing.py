"""Every way of fitting gives the size that was asked for, and treats masks as images."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inpaint_zoo.images.resizing import (
    FITTINGS,
    INTERPOLATIONS,
    center_crop,
    cover,
    resize,
    resize_aliased,
    resize_bilinear,
    resize_mask,
    resize_shorter,
    square,
    stretch,
)

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


def test_resize_keeps_flat_images_flat_and_does_not_alias() -> None:
    stripes = np.zeros((64, 64, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    assert np.abs(resize(stripes, 16, 16).astype(int)[:, 1:-1] - 127.5).max() < 8
    assert (resize(np.full((9, 7, 3), 33, dtype=np.uint8), 31, 20) == 33).all()
    assert resize(stripes, 64, 64) is stripes


def slow_aliased(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Between the four nearest pixels, each by how near it is, however much the image shrinks."""

    def near(new: int, size: int, new_size: int) -> tuple[int, int, float]:
        place = min(max((new + 0.5) * size / new_size - 0.5, 0), size - 1)
        return int(place), min(int(place) + 1, size - 1), place - int(place)

    made = np.zeros((height, width, *image.shape[2:]))
    for row, column in np.ndindex(height, width):
        up, down, y = near(row, image.shape[0], height)
        left, right, x = near(column, image.shape[1], width)
        upper = (1 - x) * image[up, left] + x * image[up, right].astype(float)
        lower = (1 - x) * image[down, left] + x * image[down, right].astype(float)
        made[row, column] = (1 - y) * upper + y * lower
    return made


@pytest.mark.parametrize("size", [(7, 9), (30, 11), (15, 22), (41, 60)])
def test_without_anti_aliasing_four_pixels_count(size: tuple[int, int]) -> None:
    for image in (IMAGE, IMAGE[..., 0]):
        assert np.abs(resize_aliased(image, *size) - slow_aliased(image, *size)).max() <= 1
    stripes = np.zeros((64, 64), np.uint8)
    stripes[:, ::4] = 255
    assert not resize_aliased(stripes, 16, 16).any()
    assert resize_aliased(IMAGE, 30, 44) is IMAGE


def test_the_interpolations_differ() -> None:
    made = [resize_by(IMAGE, 15, 22) for resize_by in INTERPOLATIONS.values()]
    assert not any(np.array_equal(one, other) for one, other in zip(made, [*made[1:], made[0]], strict=True))


def test_masks_are_resized_to_the_nearest_pixel() -> None:
    mask = np.arange(15, dtype=np.uint8).reshape(3, 5)
    assert resize_mask(mask, 6, 5).tolist() == np.repeat(mask, 2, axis=0).tolist()
    assert resize_mask(mask, 1, 1).tolist() == [[7]]
    assert resize_mask(mask, 3, 3).tolist() == mask[:, [0, 2, 4]].tolist()


@settings(deadline=None, max_examples=60)
@given(height=st.integers(1, 90), width=st.integers(1, 90), size=st.tuples(st.integers(1, 60), st.integers(1, 60)))
def test_the_resized_image_just_covers_the_size_in_its_own_proportions(
    height: int, width: int, size: tuple[int, int]
) -> None:
    resized = resize_shorter(np.zeros((height, width, 3), dtype=np.uint8), size, resize)
    assert resized.shape[0] >= size[0]
    assert resized.shape[1] >= size[1]
    assert resized.shape[0] == size[0] or resized.shape[1] == size[1]
    scale = max(size[0] / height, size[1] / width)
    assert abs(resized.shape[0] - height * scale) <= 0.5 + 1e-9
    assert abs(resized.shape[1] - width * scale) <= 0.5 + 1e-9
    assert center_crop(resized, size).shape == (*size, 3)
