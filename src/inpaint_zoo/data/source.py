"""Which pictures are for training, for validation and for testing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import StrEnum

from inpaint_zoo.images import PictureFile

VAL_SHARE = 0.05
TEST_SHARE = 0.05


class Split(StrEnum):
    """The three uses of a data set."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


def split_by_name(pictures: Sequence[PictureFile]) -> dict[Split, list[PictureFile]]:
    """Split three or more pictures 90/5/5 by a hash of their names, at least one picture in each part.

    A picture stays where it is when others are added, as long as no part would be empty.
    """
    ordered = sorted(pictures, key=lambda picture: _hash(picture.name))
    hashes = [_hash(picture.name) for picture in ordered]
    num_test = min(max(sum(value < TEST_SHARE for value in hashes), 1), len(ordered) - 2)
    num_held_out = sum(value < TEST_SHARE + VAL_SHARE for value in hashes)
    num_held_out = min(max(num_held_out, num_test + 1), len(ordered) - 1)
    return {
        Split.TEST: sorted(ordered[:num_test]),
        Split.VAL: sorted(ordered[num_test:num_held_out]),
        Split.TRAIN: sorted(ordered[num_held_out:]),
    }


def hold_out(pictures: Sequence[PictureFile]) -> dict[Split, list[PictureFile]]:
    """Split two or more pictures 95/5 into training and validation by a hash of their names."""
    ordered = sorted(pictures, key=lambda picture: _hash(picture.name))
    num_val = min(max(sum(_hash(picture.name) < VAL_SHARE for picture in ordered), 1), len(ordered) - 1)
    return {Split.VAL: sorted(ordered[:num_val]), Split.TRAIN: sorted(ordered[num_val:])}


def _hash(name: str) -> float:
    """A number in [0, 1) that depends on the name alone."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") / 2**32
