"""The chunks of a PNG file that are not its pixels: colors, resolution, EXIF, texts."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from inpaint_zoo.images.exif import without_thumbnail

_START = b"\x89PNG\r\n\x1a\n"
_DEPTH_AT, _KIND_AT = 24, 25
_GRAY_WITH_ALPHA = 4
_PIXELS, _EXIF = b"IDAT", b"eXIf"
_ABOUT_COLORS = frozenset({b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP", b"mDCV", b"cLLI", _EXIF})
"""Kept, although their names say that they belong to the pixels: the colors mean what they meant."""
_FORM = frozenset({b"tRNS", b"bKGD", b"hIST", b"sBIT"})


class Ancillary(NamedTuple):
    """Chunks as they stand in a file."""

    before: bytes
    """The pixels."""
    behind: bytes


NOTHING = Ancillary(b"", b"")


def ancillary(data: bytes) -> Ancillary:
    """The chunks of a PNG file that hold for it after some of its pixels have changed; damaged ones are left out.

    The thumbnail is taken out of the EXIF block.
    """
    places: tuple[list[bytes], list[bytes]] = ([], [])
    behind = False
    for kind, content in _chunks(data):
        behind = behind or kind == _PIXELS
        kept = without_thumbnail(content) if kind == _EXIF else content
        if _is_kept(kind) and (kept or not content):
            places[behind].append(_chunk(kind, kept))
    return Ancillary(b"".join(places[0]), b"".join(places[1]))


def ancillary_of(metadata: Mapping[str, Any]) -> Ancillary:
    """The chunks that hold metadata of another format, named as Pillow's PNG encoder does (`exif`, `dpi`, ...)."""
    file = io.BytesIO()
    Image.new("L", (1, 1)).save(file, "PNG", **metadata)
    return ancillary(file.getvalue())


def with_ancillary(data: bytes, chunks: Ancillary) -> Iterator[bytes]:
    """The parts of a PNG file with these chunks in place of its own.

    Args:
        data: A whole file.
        chunks: Of another one.
    """
    yield _START
    behind = False
    for kind, content in _chunks(data):
        if kind == _PIXELS and not behind:
            behind = True
            yield chunks.before
        if kind == b"IEND":
            yield chunks.behind
        if not _is_kept(kind):
            yield _chunk(kind, content)


def deep_gray_with_alpha(samples: np.ndarray) -> bytes:
    """A PNG file of uint16 (H, W, 2), gray and alpha, which neither Pillow nor OpenCV writes."""
    height, width, _ = samples.shape
    rows = samples.astype(">u2").view(np.uint8).reshape(height, -1)
    lines = np.pad(rows, ((0, 0), (1, 0))).tobytes()  # the first byte of a line: no filter
    head = struct.pack(">IIBBBBB", width, height, 16, _GRAY_WITH_ALPHA, 0, 0, 0)
    parts = ((b"IHDR", head), (_PIXELS, zlib.compress(lines)), (b"IEND", b""))
    return _START + b"".join(_chunk(kind, content) for kind, content in parts)


def has_deep_colors(data: bytes) -> bool:
    """Whether a PNG file has 16 bits for each of several channels."""
    return data[_DEPTH_AT] == 16 and data[_KIND_AT] != 0


def is_gray_with_alpha(data: bytes) -> bool:
    """Whether a file is a PNG file of gray and alpha."""
    return data.startswith(_START) and data[_KIND_AT] == _GRAY_WITH_ALPHA


def _is_kept(kind: bytes) -> bool:
    """Whether a chunk holds for other pixels, too; the case of the letters says so of most kinds."""
    is_free = kind[:1].islower() and kind[3:4].islower() and kind not in _FORM
    return is_free or kind in _ABOUT_COLORS


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    start = len(_START)
    while start + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, start)
        content, check = data[start + 8 : start + 8 + length], data[start + 8 + length : start + 12 + length]
        if len(check) == 4 and zlib.crc32(content, zlib.crc32(kind)) == int.from_bytes(check, "big"):
            yield kind, content
        start += 12 + length


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))
