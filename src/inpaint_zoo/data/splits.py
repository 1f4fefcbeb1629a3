"""Which pictures are for training, for validation and for testing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np

from inpaint_zoo.data.packed import Packed, name_hash
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.finding import PictureFile

VAL_SHARE = 0.05
TEST_SHARE = 0.05


class Split(StrEnum):
    """The three uses of a data set."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


def split_by_name(pictures: Sequence[PictureFile]) -> dict[Split, Sequence[PictureFile]]:
    """Split three or more pictures 90/5/5 by a hash of their names, at least one picture in each part.

    A picture stays where it is when others are added, as long as no part would be empty. Each part keeps the order.
    """
    hashes, places = _by_hash(pictures)
    num_test = min(max(int(np.sum(hashes < TEST_SHARE * 2**32)), 1), len(places) - 2)
    num_held_out = int(np.sum(hashes < (TEST_SHARE + VAL_SHARE) * 2**32))
    num_held_out = min(max(num_held_out, num_test + 1), len(places) - 1)
    return {
        Split.TEST: select(pictures, np.sort(places[:num_test])),
        Split.VAL: select(pictures, np.sort(places[num_test:num_held_out])),
        Split.TRAIN: select(pictures, np.sort(places[num_held_out:])),
    }


def hold_out(pictures: Sequence[PictureFile]) -> dict[Split, Sequence[PictureFile]]:
    """Split two or more pictures 95/5 into training and validation by a hash of their names."""
    hashes, places = _by_hash(pictures)
    num_val = min(max(int(np.sum(hashes < VAL_SHARE * 2**32)), 1), len(places) - 1)
    return {
        Split.VAL: select(pictures, np.sort(places[:num_val])),
        Split.TRAIN: select(pictures, np.sort(places[num_val:])),
    }


def refuse_empty(values: Mapping[str, object]) -> None:
    """Refuse keys whose values are empty texts, as an unset variable of a shell makes them.

    Raises:
        InputError: There is one.
    """
    for key, value in values.items():
        if value == "":
            raise InputError(f"{key} is empty: give {key}=PATH, or {key}=null for none")


def select(pictures: Sequence[PictureFile], places: np.ndarray) -> Sequence[PictureFile]:
    """The pictures at these places; what is packed stays packed."""
    if isinstance(pictures, Packed):
        return pictures.select(places)
    return [pictures[place] for place in places]


def _by_hash(pictures: Sequence[PictureFile]) -> tuple[np.ndarray, np.ndarray]:
    """A number in [0, 2**32) for each picture that depends on its name alone, and the places in the order of them."""
    if isinstance(pictures, Packed):
        hashes = pictures.hashes
    else:
        hashes = np.array([name_hash(picture.name.encode()) >> 32 for picture in pictures], np.uint32)
    return hashes, np.argsort(hashes, kind="stable")
