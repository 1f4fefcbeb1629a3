"""What the mask of an evaluation sample depends on."""

from __future__ import annotations

import hashlib

import pytest

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.data.mask_keys import MaskRule, mask_key
from inpaint_zoo.files.hashing import pixel_hash
from inpaint_zoo.masks import MaskRequest
from inpaint_zoo.runtime.random_state import random_state

OF_POSITIONS = ["2babd771a83aacb4", "e354dba3e5c5829d", "941dd5c66d23c0e9", "b2182ec543ab4157"]
OF_NAMES = ["a5e0d53c15d299b0", "965e9004b81223f8"]
"""Starts of the hashes of masks of `irregular_bins`, 32 x 48, of seed 7; published results depend on them."""


def drawn(rule: MaskRule, name: str, repeat: int, position: int) -> str:
    generator = construct(compose_config("base", ["+mask=irregular_bins"]).mask)
    numbers, turn = mask_key(rule, name, repeat, position)
    return pixel_hash(generator(MaskRequest(32, 48, random_state(7, *numbers), index=turn, name=name)))[:16]


def test_the_masks_of_both_rules_are_pinned() -> None:
    assert [drawn(MaskRule.POSITION, "a.png", 0, position) for position in range(4)] == OF_POSITIONS
    assert [drawn(MaskRule.NAME, "sub/ü.png", repeat, 9) for repeat in range(2)] == OF_NAMES


def test_a_key_of_a_name_is_what_its_documentation_says() -> None:
    digest = hashlib.sha256("sub/ü.png".encode()).digest()
    words = [int.from_bytes(digest[4 * place : 4 * place + 4], "big") for place in range(5)]
    assert mask_key(MaskRule.NAME, "sub/ü.png", 3, 5) == ((*words[:4], 3), words[4] + 3)


@pytest.mark.parametrize("name", ["a\udcff.png", "", "x" * 5000])
def test_any_name_has_a_key(name: str) -> None:
    random_state(0, *mask_key(MaskRule.NAME, name, 0, 0).numbers)


def test_a_position_is_its_own_key() -> None:
    assert mask_key(MaskRule.POSITION, "a.png", 1, 5) == ((5,), 5)
