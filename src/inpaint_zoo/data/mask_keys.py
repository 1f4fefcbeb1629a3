"""What the mask of an evaluation sample depends on."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import NamedTuple

import numpy as np


class MaskRule(StrEnum):
    """What keeps the mask of an evaluation sample the same."""

    NAME = "name"
    """The image's name: images that are added, left out or sorted otherwise change no mask but their own."""
    POSITION = "position"
    """The sample's position in the set: the rule of files in which no rule is recorded."""


class MaskKey(NamedTuple):
    """What decides on the mask of one sample."""

    numbers: tuple[int, ...]
    """For `random_state`, after the seed."""
    turn: int
    """For generators that use bins or files in turn."""


def mask_key(rule: MaskRule, name: str, repeat: int, position: int) -> MaskKey:
    """The key of a sample.

    By name, the numbers are the first 16 bytes of the SHA-256 of the name's UTF-8 as four big-endian numbers, and
    `repeat`; the turn is the next four bytes plus `repeat`, so that the masks of one image use bins and files in turn.

    Args:
        rule: Which of the other arguments count.
        name: Of the image.
        repeat: Which of the image's samples this is, from 0.
        position: The sample's place in the set, from 0.
    """
    if rule is MaskRule.POSITION:
        return MaskKey((position,), position)
    digest = hashlib.sha256(name.encode("utf-8", "backslashreplace")).digest()
    *numbers, turn = np.frombuffer(digest, ">u4")[:5].tolist()
    return MaskKey((*numbers, repeat), turn + repeat)
