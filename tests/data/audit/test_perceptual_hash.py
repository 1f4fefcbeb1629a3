"""Perceptual hashes: copies are near, other images far; the fast search finds what a slow one does."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import skimage
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inpaint_zoo.data.audit.perceptual_hash import MOST_DIFFERENT_BITS, near_pairs, perceptual_hash

FOLDER = Path(skimage.__file__).parent / "data"
NAMES = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png", "camera.png")
PHOTOGRAPHS = {name: np.array(Image.open(FOLDER / name).convert("RGB")) for name in NAMES}


def distance(one: np.ndarray, other: np.ndarray) -> int:
    first, second = perceptual_hash(one), perceptual_hash(other)
    assert first is not None
    assert second is not None
    return (int(first, 16) ^ int(second, 16)).bit_count()


def saved(image: np.ndarray, quality: int, scale: float = 1) -> np.ndarray:
    array = Image.fromarray(image)
    size = (round(array.width * scale), round(array.height * scale))
    stored = io.BytesIO()
    array.resize(size, Image.Resampling.BICUBIC).save(stored, "JPEG", quality=quality)
    return np.array(Image.open(stored))


def slow_hash(image: np.ndarray) -> str:
    gray = np.asarray(Image.fromarray(image).convert("L")).astype(int)
    height, width = gray.shape
    runs = [gray[height * i // 16 : height * (i + 1) // 16] for i in range(16)]
    rows = [[run[:, width * j // 17 : width * (j + 1) // 17].mean() for j in range(17)] for run in runs]
    bits = [row[j + 1] > row[j] for row in rows for j in range(16)]
    return f"{int(''.join('01'[int(bit)] for bit in bits), 2):064x}"


@pytest.mark.parametrize("name", NAMES)
def test_equals_a_slow_twin_but_for_what_is_cut_off(name: str) -> None:
    found = perceptual_hash(PHOTOGRAPHS[name])
    assert found is not None
    assert (int(found, 16) ^ int(slow_hash(PHOTOGRAPHS[name]), 16)).bit_count() <= 1


@pytest.mark.parametrize("name", NAMES)
def test_copies_are_near_and_mirrored_images_far(name: str) -> None:
    image = PHOTOGRAPHS[name]
    for quality, scale in ((95, 1), (50, 1), (75, 0.5), (75, 2)):
        assert distance(image, saved(image, quality, scale)) <= MOST_DIFFERENT_BITS
    assert distance(image, image[:, ::-1]) > MOST_DIFFERENT_BITS
    assert distance(image, image[::-1]) > MOST_DIFFERENT_BITS


def test_different_photographs_are_far() -> None:
    pairs = [(one, other) for one in NAMES for other in NAMES if one < other]
    assert min(distance(PHOTOGRAPHS[one], PHOTOGRAPHS[other]) for one, other in pairs) > 2 * MOST_DIFFERENT_BITS


def test_flat_images_have_no_hash_and_small_ones_have_one() -> None:
    assert perceptual_hash(np.full((40, 50, 3), 99, np.uint8)) is None
    assert perceptual_hash(np.full((1, 1, 3), 99, np.uint8)) is None
    noise = np.random.RandomState(0).randint(0, 256, (3, 5, 3), dtype=np.uint8)
    assert len(str(perceptual_hash(noise))) == 64


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**31), flips=st.lists(st.integers(0, 40), min_size=1, max_size=30))
def test_all_near_pairs_are_found(seed: int, flips: list[int]) -> None:
    rng = np.random.RandomState(seed)
    bits = rng.randint(0, 2, (3, 256)).astype(np.uint8)
    for number in flips:
        near = bits[rng.randint(len(bits))].copy()
        near[rng.choice(256, number, replace=False)] ^= 1
        bits = np.concatenate([bits, near[None]])
    hashes = [np.packbits(row).tobytes().hex() for row in bits]
    distances = (bits[:, None] != bits[None]).sum(axis=2)
    expected = [
        (i, j, int(distances[i, j]))
        for i in range(len(bits))
        for j in range(i + 1, len(bits))
        if distances[i, j] <= MOST_DIFFERENT_BITS
    ]
    assert near_pairs(hashes) == expected


def test_many_images_take_no_pair_by_pair_comparison() -> None:
    rng = np.random.RandomState(0)
    words = rng.randint(0, 2**16, (20_000, 16)).astype(np.uint16)
    words[-1] = words[5]
    words[-1, 3] ^= 0b111
    assert near_pairs([row.tobytes().hex() for row in words]) == [(5, 19_999, 3)]
    assert near_pairs([]) == []
