"""How images and their paired masks are brought to the size of a sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inpaint_zoo.data.preparation import Preparation
from inpaint_zoo.data.sampler import Key
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.reading import read_image
from inpaint_zoo.images.resizing import FITTINGS, INTERPOLATIONS, resize, resize_mask, resize_shorter
from inpaint_zoo.runtime.random_state import random_state

Data = Callable[..., Any]
Write = Callable[..., Path]
sides = st.integers(8, 60)


def places(height: int, width: int) -> np.ndarray:
    """An image whose pixels tell where they are."""
    y, x = np.indices((height, width), dtype=np.uint8)
    return np.stack([y, x, y ^ x], axis=2)


@pytest.mark.parametrize("fitting", ["square", "stretch"])
def test_a_fitted_image_is_that_of_an_evaluation_and_its_mask_likewise(fitting: str) -> None:
    image, holes = places(30, 50), places(30, 50)[..., 2] % 2
    preparation = Preparation((16, 24), fitting=fitting)
    made, mask = preparation(image, holes, random_state(0))
    assert np.array_equal(made, FITTINGS[fitting](image, (16, 24), resize))
    assert np.array_equal(made, preparation.fitted(image))
    assert mask is not None
    assert np.array_equal(mask, FITTINGS[fitting](holes, (16, 24), resize_mask))


@pytest.mark.parametrize("name", INTERPOLATIONS)
def test_images_are_resized_as_asked_for_and_masks_to_the_nearest_pixel(name: str) -> None:
    image, holes, resize = places(30, 50), places(30, 50)[..., 2] % 2, INTERPOLATIONS[name]
    preparation = Preparation((8, 8), resize=20, interpolation=name)
    made, mask = preparation(image, holes, random_state(0))
    assert np.array_equal(made, resize_shorter(image, (20, 20), resize))
    assert np.array_equal(mask, resize_mask(holes, *made.shape[:2]))
    made, _ = Preparation((8, 8), crop=30, interpolation=name)(image[:, :30], None, random_state(0))
    assert np.array_equal(made, resize(image[:, :30], 8, 8))


@pytest.mark.parametrize("fitting", FITTINGS)
def test_the_square_of_the_centre_comes_first(fitting: str) -> None:
    image = places(30, 50)
    made, _ = Preparation((20, 20), 20, fitting=fitting)(image, None, random_state(0))
    assert np.array_equal(made, image[5:25, 15:35])


def test_nothing_is_drawn_without_a_crop() -> None:
    rng = random_state(3)
    for fitting in FITTINGS:
        Preparation((8, 8), fitting=fitting)(places(20, 30), None, rng)
    assert rng.randint(1000) == random_state(3).randint(1000)


def test_a_crop_of_a_given_side_is_anywhere_and_its_mask_lies_in_the_same_place() -> None:
    image, holes = places(30, 50), np.arange(1500).reshape(30, 50) % 251
    found = set()
    for seed in range(80):
        made, mask = Preparation((20, 20), crop=20)(image, holes, random_state(seed))
        y, x = made[0, 0, :2].tolist()
        found.add((y, x))
        assert np.array_equal(made, image[y : y + 20, x : x + 20])
        assert mask is not None
        assert np.array_equal(mask, holes[y : y + 20, x : x + 20])
    assert {y for y, _ in found} == set(range(11))
    assert len({x for _, x in found}) > 20


@settings(deadline=None)
@given(image=st.tuples(sides, sides), size=st.tuples(sides, sides), seed=st.integers(0, 99))
def test_a_crop_of_any_side_fits_the_image_and_is_at_least_the_sample_where_that_fits(
    image: tuple[int, int], size: tuple[int, int], seed: int
) -> None:
    preparation = Preparation(size, crop="any")
    side = preparation._random_side(*image, random_state(seed))
    assert all(part <= whole for part, whole in zip(preparation._window(side), image, strict=True))
    assert side >= min(size) or size[0] > image[0] or size[1] > image[1]
    made, _ = preparation(places(*image), None, random_state(seed))
    assert made.shape[:2] == size


def test_any_side_from_the_sample_to_less_than_the_shorter_side_is_drawn_and_small_images_are_used_whole() -> None:
    preparation = Preparation((10, 10), crop="any")
    drawn = {preparation._random_side(14, 30, random_state(seed)) for seed in range(60)}
    assert drawn == {10, 11, 12, 13}
    assert {preparation._random_side(7, 30, random_state(seed)) for seed in range(9)} == {7}


def test_another_crop_is_resized_to_the_sample() -> None:
    made, _ = Preparation((16, 16), crop=30)(places(30, 30), None, random_state(0))
    assert np.array_equal(made, np.asarray(Image.fromarray(places(30, 30)).resize((16, 16), Image.Resampling.BICUBIC)))
    assert Preparation((16, 32), crop=30).least == (30, 60)


@pytest.mark.parametrize(
    ("preparation", "enough"),
    [
        (Preparation((16, 16)), None),
        (Preparation((16, 16), resize=20), (40, 40)),
        (Preparation((16, 16), 100, resize=20), None),
        (Preparation((16, 24), fitting="stretch"), (48, 48)),
        (Preparation((16, 24), 100, fitting="square"), None),
        (Preparation((16, 24), fitting="square", interpolation="bilinear_aliased"), None),
        (Preparation((16, 16), crop=40), None),
    ],
)
def test_a_file_is_read_reduced_where_it_is_resized_anyhow(preparation: Preparation, enough: Any) -> None:
    assert preparation.enough == enough


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"fitting": "strech"},
            r"data\.fitting is one of cover, square, stretch; got 'strech', did you mean 'stretch'",
        ),
        ({"fitting": None}, r"data\.fitting is one of cover, square, stretch; got null"),
        (
            {"interpolation": "linear"},
            r"data\.interpolation is one of bicubic, bilinear, bilinear_aliased; got 'linear'",
        ),
        ({"crop": "all"}, r"data\.crop=all must be a number of pixels, any, or null"),
        ({"crop": 0}, r"data\.crop=0 must be at least 1"),
        ({"fitting": "stretch", "resize": 20}, r"data\.resize=20 .* data\.fitting=stretch .*: give data\.resize=null"),
        ({"fitting": "square", "crop": "any"}, r"data\.crop=any .* data\.fitting=square .*: give data\.crop=null"),
    ],
)
def test_what_has_no_meaning_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Preparation((16, 16), **arguments)
    assert "\n" not in str(caught.value)


def test_what_is_smaller_than_the_crop_is_told_what_to_set() -> None:
    with pytest.raises(InputError, match=r"20x10 .* smaller than the crop 12x12: set data\.resize=12, .* data\.crop="):
        Preparation((8, 8), crop=12)(places(10, 20), None, random_state(0))


@pytest.mark.parametrize("fitting", ["square", "stretch"])
def test_training_mirrors_what_validation_sees(fitting: str, folder_data: Data, write_images: Write) -> None:
    for split in ("train", "val", "test"):
        root = write_images(f"{split}/a.png")  # the same pixels everywhere
    data = folder_data(root=root, fitting=fitting)
    whole = FITTINGS[fitting](read_image(root / "train/a.png"), (16, 16), resize)
    wanted = torch.from_numpy(whole).permute(2, 0, 1) / 255
    seen = [data.train_dataset[Key(epoch, 0, epoch)]["image"] for epoch in range(12)]
    same, mirrored = (sum(torch.equal(image, view) for image in seen) for view in (wanted, wanted.flip(-1)))
    assert same + mirrored == 12
    assert same > 0 < mirrored
    for dataset in (data.val_dataset, data.test_dataset):
        assert torch.equal(dataset[0]["image"], wanted)


@pytest.mark.parametrize("fitting", ["square", "stretch"])
def test_paired_masks_are_fitted_as_their_images(fitting: str, folder_data: Data, write_images: Write) -> None:
    for split in ("train", "val", "test"):
        root = write_images(f"{split}/a.png")
        path = root / "masks" / split / "a.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        holes = read_image(root / split / "a.png")[..., 0] // 128 * np.uint8(255)
        Image.fromarray(holes).save(path)
    data = folder_data(root=root, fitting=fitting, masks="masks", flip_probability=0)
    wanted = torch.from_numpy(FITTINGS[fitting](holes // 255, (16, 16), resize_mask))[None].float()
    for dataset in (data.train_dataset, data.val_dataset, data.test_dataset):
        assert torch.equal(dataset[0]["mask"], wanted)
