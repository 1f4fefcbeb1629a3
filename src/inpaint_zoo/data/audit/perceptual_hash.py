"""How an image looks, in 256 bits, and which images look alike.

The hash is a difference hash (N. Krawetz, "Kind of Like That", 2013: is a pixel of a small gray copy brighter than its
left neighbour?) of a copy of 16 x 17 pixels. The size and the distance from which on images count as different are
ours: among 510 unrelated photographs no two were nearer than 39; JPEG of quality 50 moves an image by 8 at most in 19
of 20 cases, half the size by 13, a mirrored image is 24 or farther away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

HEIGHT, WIDTH = 16, 16
MOST_DIFFERENT_BITS = 15
"""One less than there are words of 16 bits in a hash: where fewer bits differ than there are words, a word is equal."""
LEAST_CONTRAST = 8
"""Between the darkest and the brightest pixel of the small copy, in gray levels; flatter images have no hash."""
_PART = 16
"""Parts of a gray level that means are cut off to."""
_MOST_PAIRS = 2**22
"""Compared at a time, so that memory stays bounded."""


def look(image: np.ndarray) -> str | None:
    """The hash of an image (H, W, 3) uint8 as 64 hexadecimal digits, by integers alone; None for a flat one."""
    gray = np.asarray(Image.fromarray(image).convert("L")).astype(np.int64)
    small = _means(_means(gray, HEIGHT).T, WIDTH + 1).T
    if np.ptp(small) < LEAST_CONTRAST * _PART**2:
        return None
    return np.packbits(small[:, 1:] > small[:, :-1]).tobytes().hex()


def _means(values: np.ndarray, num: int) -> np.ndarray:
    """Means of `num` runs of rows, in parts; a row is repeated where there are fewer."""
    size = len(values)
    starts = np.arange(num) * size // num
    lengths = np.maximum(np.diff(np.append(starts, size)), 1)
    return np.asarray(np.add.reduceat(values, starts) * _PART // lengths[:, None])


def alike(looks: Sequence[str]) -> list[tuple[int, int, int]]:
    """All pairs of hashes that differ in at most `MOST_DIFFERENT_BITS` bits.

    Only hashes that share one of 16 words of 16 bits in the same place are compared, which every such pair does.

    Returns:
        (first, second, number of bits), first < second, in order.
    """
    found: dict[tuple[int, int], int] = {}
    if looks:
        packed = np.frombuffer(bytes.fromhex("".join(looks)), np.uint64).reshape(len(looks), -1)
        for first, second in _candidates(packed.view(np.uint16)):
            bits = np.bitwise_count(packed[first] ^ packed[second]).sum(axis=1)
            near = bits <= MOST_DIFFERENT_BITS
            low, high = np.minimum(first, second)[near], np.maximum(first, second)[near]
            found |= dict(zip(zip(low.tolist(), high.tolist(), strict=True), bits[near].tolist(), strict=True))
    return sorted((first, second, bits) for (first, second), bits in found.items())


def _candidates(words: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of rows that share a word in the same place, some at a time; a pair may come more than once."""
    for column in words.T:
        order = np.argsort(column, kind="stable")
        ordered = column[order]
        # the same word stands in a run: each distance within runs gives the pairs at that distance
        for distance in range(1, len(order)):
            places = np.flatnonzero(ordered[distance:] == ordered[:-distance])
            if not len(places):
                break
            for start in range(0, len(places), _MOST_PAIRS):
                some = places[start : start + _MOST_PAIRS]
                yield order[some], order[some + distance]
