"""Splitting images into training, validation and test sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np

from inpaint_zoo.data.packed import Packed, name_hash
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.finding import ImageFile

VAL_SHARE = 0.05
TEST_SHARE = 0.05


class Split(StrEnum):
    """The three uses of a data set."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


def split_by_name(images: Sequence[ImageFile]) -> dict[Split, Sequence[ImageFile]]:
    """Split three or more images 90/5/5 by a hash of their names, with at least one image in each part.

    An image stays in its part when others are added, unless a part would be empty. Each part keeps the order.
    """
    hashes, places = _by_hash(images)
    num_test = min(max(int(np.sum(hashes < TEST_SHARE * 2**32)), 1), len(places) - 2)
    num_held_out = int(np.sum(hashes < (TEST_SHARE + VAL_SHARE) * 2**32))
    num_held_out = min(max(num_held_out, num_test + 1), len(places) - 1)
    return {
        Split.TEST: select(images, np.sort(places[:num_test])),
        Split.VAL: select(images, np.sort(places[num_test:num_held_out])),
        Split.TRAIN: select(images, np.sort(places[num_held_out:])),
    }


def hold_out(images: Sequence[ImageFile]) -> dict[Split, Sequence[ImageFile]]:
    """Split two or more images 95/5 into training and validation by a hash of their names."""
    hashes, places = _by_hash(images)
    num_val = min(max(int(np.sum(hashes < VAL_SHARE * 2**32)), 1), len(places) - 1)
    return {
        Split.VAL: select(images, np.sort(places[:num_val])),
        Split.TRAIN: select(images, np.sort(places[num_val:])),
    }


def refuse_empty(values: Mapping[str, object]) -> None:
    """Refuse empty strings, which result from unset shell variables.

    Args:
        values: By their keys in the configuration.

    Raises:
        InputError: A value is an empty string.
    """
    for key, value in values.items():
        if value == "":
            raise InputError(f"{key} is empty: give {key}=PATH, or {key}=null for none")


def select(images: Sequence[ImageFile], places: np.ndarray) -> Sequence[ImageFile]:
    """The images at these places; a `Packed` sequence stays packed."""
    if isinstance(images, Packed):
        return images.select(places)
    return [images[place] for place in places]


def _by_hash(images: Sequence[ImageFile]) -> tuple[np.ndarray, np.ndarray]:
    """A number in [0, 2**32) for each image that depends only on its name, and the places sorted by it."""
    if isinstance(images, Packed):
        hashes = images.hashes
    else:
        hashes = np.array([name_hash(image.name.encode()) >> 32 for image in images], np.uint32)
    return hashes, np.argsort(hashes, kind="stable")
