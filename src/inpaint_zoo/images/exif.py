"""EXIF blocks, changed in place: whatever else they hold, such as the notes of a camera's maker, stays as it is."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from PIL import ExifTags

_PREFIX = b"Exif\0\0"
"""Of the block in a JPEG file."""
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_SHORT = 3
_UPRIGHT = 1
_THUMBNAIL = {0x0201: 0x0202, 0x0111: 0x0117}
"""Entries with the place of a thumbnail, compressed or not, and those with its size."""


class _Entry(NamedTuple):
    tag: int
    kind: int
    num_values: int
    value_at: int


def without_thumbnail(block: bytes) -> bytes:
    """Take the thumbnail, which shows the image as it was, out of an EXIF block; b"" for a block that is damaged."""
    return _changed(block, _cut_thumbnail)


def made_upright(block: bytes) -> bytes:
    """Set the orientation of an EXIF block, if it has one, to 1; b"" for a block that is damaged."""
    return _changed(block, _set_upright)


def _changed(block: bytes, change: Callable[[bytearray, str], None]) -> bytes:
    prefix = _PREFIX if block.startswith(_PREFIX) else b""
    data = bytearray(block[len(prefix) :])
    order = _ORDERS.get(bytes(data[:4]))
    if order is None:
        return b""
    try:
        change(data, order)
    except struct.error:  # a place beyond its end
        return b""
    return prefix + bytes(data)


def _cut_thumbnail(data: bytearray, order: str) -> None:
    (first,) = struct.unpack_from(f"{order}I", data, 4)
    link = first + 2 + 12 * struct.unpack_from(f"{order}H", data, first)[0]
    (second,) = struct.unpack_from(f"{order}I", data, link)
    if not second:
        return
    values = {entry.tag: _number(data, order, entry) for entry in _entries(data, order, second)}
    for place, size in _THUMBNAIL.items():
        start, length = values.get(place, 0), values.get(size, 0)
        data[start : start + length] = bytes(len(data[start : start + length]))
    struct.pack_into(f"{order}I", data, link, 0)


def _set_upright(data: bytearray, order: str) -> None:
    (first,) = struct.unpack_from(f"{order}I", data, 4)
    for entry in _entries(data, order, first):
        if entry.tag == ExifTags.Base.Orientation:
            struct.pack_into(f"{order}HHIHH", data, entry.value_at - 8, entry.tag, _SHORT, 1, _UPRIGHT, 0)


def _entries(data: bytearray, order: str, start: int) -> Iterator[_Entry]:
    (num,) = struct.unpack_from(f"{order}H", data, start)
    for place in range(start + 2, start + 2 + 12 * num, 12):
        tag, kind, num_values = struct.unpack_from(f"{order}HHI", data, place)
        yield _Entry(tag, kind, num_values, place + 8)


def _number(data: bytearray, order: str, entry: _Entry) -> int:
    kind = "H" if entry.kind == _SHORT else "I"
    return int(struct.unpack_from(f"{order}{kind}", data, entry.value_at)[0])
