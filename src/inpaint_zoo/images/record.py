"""A compact record of image files, which tells later whether an image was among them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from inpaint_zoo.files.source import num_bytes
from inpaint_zoo.images.finding import ImageFile

_BITS_PER_IMAGE = 32
_NUM_HASHES = 22
"""Bits of an image times ln 2: what makes the fewest mistakes."""
_FEWEST_BITS = 2**10
_MOST_SIZED = 100_000
_MOST_RECORDS = 64
_PART = 2**14


@dataclass(frozen=True, eq=False)
class ImageRecord:
    """Which image files there were: a Bloom filter of their names and sizes, with four bytes for an image.

    It never misses an image that it was made of, and takes about one other image in five million for one of them.
    Names cannot be read from it.

    Bloom, Space/time trade-offs in hash coding with allowable errors, Communications of the ACM 13 (7), 1970.

    Args:
        count: How many images it was made of.
        sized: Whether an image is its name and its number of bytes, or, with more than 100 000, its name alone.
        bits: uint8 (B,), the filter, eight bits in each.
    """

    count: int
    sized: bool
    bits: np.ndarray

    @classmethod
    def of(cls, images: Sequence[ImageFile]) -> ImageRecord:
        """The record of these images; a file that cannot be found counts without its size."""
        bits = np.zeros(-(-max(len(images) * _BITS_PER_IMAGE, _FEWEST_BITS) // 8) * 8, bool)
        sized = len(images) <= _MOST_SIZED
        for start in range(0, len(images), _PART):
            bits[_places(images[start : start + _PART], len(bits), sized)] = True
        return cls(len(images), sized, np.packbits(bits))

    def __contains__(self, image: ImageFile) -> bool:
        places = _places([image], len(self.bits) * 8, self.sized)
        return bool(np.all(self.bits[places >> 3] & (0x80 >> (places & 7))))

    def entry(self) -> dict[str, Any]:
        """Plain values, for a checkpoint or JSON."""
        return {"count": self.count, "sized": self.sized, "bits": base64.b64encode(self.bits.tobytes()).decode()}


def read_records(entries: object) -> list[ImageRecord] | None:
    """The records of a checkpoint's `entry`s; None where it has none, or what it has is damaged."""
    try:
        return [_record(entry) for entry in list(entries)[:_MOST_RECORDS]]  # type: ignore[call-overload]
    except (TypeError, KeyError, ValueError, AttributeError):
        return None


def with_record(records: Sequence[ImageRecord], added: ImageRecord) -> list[ImageRecord]:
    """The records with one more, unless it is among them."""
    known = any(one.count == added.count and np.array_equal(one.bits, added.bits) for one in records)
    return [*records] if known else [*records, added]


def _record(entry: Mapping[str, Any]) -> ImageRecord:
    bits = np.frombuffer(base64.b64decode(entry["bits"], validate=True), np.uint8)
    if not len(bits):
        raise ValueError("a record without bits")
    return ImageRecord(int(entry["count"]), bool(entry["sized"]), bits)


def _places(images: Sequence[ImageFile], num_bits: int, sized: bool) -> np.ndarray:
    """The bits of images, (N, 22): hashes made of two (Kirsch and Mitzenmacher, Less hashing, same performance)."""
    digests = b"".join(
        hashlib.sha256(f"{image.name}\0{num_bytes(image.path) if sized else ''}".encode()).digest() for image in images
    )
    hashes = np.frombuffer(digests, ">u8").astype(np.int64).reshape(-1, 4)[:, :2] % num_bits
    first, step = hashes[:, :1], np.maximum(hashes[:, 1:], 1)
    return (first + np.arange(_NUM_HASHES) * step) % num_bits
