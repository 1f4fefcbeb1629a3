"""What image files hold beside their pixels: the EXIF orientation is followed, everything else may be damaged."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from PIL import ExifTags, Image

_PNG, _JPEG, _HEIF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"ftyp"
_TIFF = {b"II*\0": "<", b"MM\0*": ">"}
"""The order of bytes by the first four."""
_TRANSPARENCY, _ORIENTATION = b"tRNS", b"eXIf"
_JFIF, _EXIF, _ADOBE, _COMMENT, _SCAN = 0xE0, 0xE1, 0xEE, 0xFE, 0xDA
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_PIXEL_TAGS = frozenset(
    {254, 255, 256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320, 322, 323, 324, 325, 332, 338}
    | {339, 347, 512, 513, 514, 529, 530, 531, 532}
)
"""The entries of a TIFF file by which its pixels are decoded."""
_ONE_SHORT = (3, 1)
"""Type and count of an entry that is a number of 16 bits."""
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes an image of an EXIF orientation upright."""


def orientation(image: Image.Image) -> int:
    """The EXIF orientation of an opened file, 1 (upright) to 8; 1 if it is damaged.

    What stands behind the pixels of a PNG file does not count: finding it would mean to read the whole file.
    """
    try:
        # the base class's method: that of PNG decodes the pixels to look behind them
        value = Image.Image.getexif(image).get(ExifTags.Base.Orientation, 1)
    except Exception:  # readers of metadata raise all sorts of errors on damaged ones
        return 1
    return next((turned for turned in TURNS if turned == value), 1)


def without_metadata(data: bytes) -> bytes | None:
    """The bytes of a PNG, JPEG, TIFF or AVIF file without texts, color profiles, resolutions and the like.

    The pixels and the orientation stay as they were. None for other formats.
    """
    if data.startswith(_PNG):
        return _PNG + b"".join(_pixel_chunks(data))
    if data.startswith(_JPEG):
        return _JPEG + b"".join(_pixel_segments(data))
    if (order := _TIFF.get(data[:4])) is not None:
        return _with_pixel_entries(data, order)
    if data[4:8] == _HEIF:
        # entries of a kind that is not known are ignored
        return re.sub(rb"(infe.{8})Exif", rb"\1skip", data, flags=re.DOTALL)
    return None


def _pixel_chunks(data: bytes) -> Iterator[bytes]:
    start = len(_PNG)
    while start + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, start)
        chunk = data[start : start + length + 12]
        if kind[:1].isupper() or kind == _TRANSPARENCY or (kind == _ORIENTATION and _is_whole(chunk)):
            yield chunk
        start += length + 12


def _is_whole(chunk: bytes) -> bool:
    return len(chunk) >= 12 and zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")


def _pixel_segments(data: bytes) -> Iterator[bytes]:
    start = len(_JPEG)
    while (start := data.find(b"\xff", start)) >= 0 and start + 4 <= len(data):
        marker = data[start + 1]
        if marker == _SCAN:
            yield data[start:]
            return
        if marker in {0x00, 0xFF} | _WITHOUT_LENGTH:  # no segment: filling, or bytes that are left over
            start += 1
            continue
        end = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
        about_pixels = not (_JFIF <= marker < 0xF0 or marker == _COMMENT) or marker == _ADOBE
        if about_pixels or (marker == _EXIF and data[start + 4 : start + 8] == b"Exif"):
            yield data[start:end]
        start = end


def _with_pixel_entries(data: bytes, order: str) -> bytes | None:
    """The first image of a TIFF file with a new directory at its end; None if it has none."""
    start = struct.unpack_from(f"{order}I", data, 4)[0] if len(data) >= 8 else len(data)
    if start + 2 > len(data):
        return None
    (num,) = struct.unpack_from(f"{order}H", data, start)
    entries = [data[place : place + 12] for place in range(start + 2, start + 2 + 12 * num, 12)]
    kept = [entry for entry in entries if len(entry) == 12 and _is_about_pixels(entry, order)]
    body = data[8:] + bytes(len(data) % 2)
    head = data[:4] + struct.pack(f"{order}I", 8 + len(body))
    return head + body + struct.pack(f"{order}H", len(kept)) + b"".join(kept) + bytes(4)


def _is_about_pixels(entry: bytes, order: str) -> bool:
    tag, kind, count = struct.unpack_from(f"{order}HHI", entry)
    return tag in _PIXEL_TAGS or (tag == ExifTags.Base.Orientation and (kind, count) == _ONE_SHORT)
