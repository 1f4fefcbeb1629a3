"""What an image file is beside its samples: format, encoding, metadata."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import ExifTags, Image, JpegImagePlugin, TiffImagePlugin

from inpaint_zoo.images.exif import made_upright, without_thumbnail
from inpaint_zoo.images.png_chunks import NOTHING, Ancillary, ancillary, ancillary_of

LOSSY_QUALITY = 90
"""Of lossy WebP and AVIF files, which do not tell their own; 0 to 100."""
_FULL_SUBSAMPLING, _SUBSAMPLINGS = 0, (0, 1, 2)
_RGB_IN_JPEG = 0
"""Of Adobe's segment: the channels are RGB."""
_CODESTREAM = b"\xff\x4f\xff\x51"
"""The start of a JPEG 2000 file without a container."""
_TIFF_COMPRESSIONS = frozenset({"raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "zstd", "lzma"})
_TIFF_TAGS = frozenset(
    {270, 271, 272, 274, 282, 283, 296, 305, 306, 315, 316, 700, 33432, 33723, 34675}
    | {33550, 33922, 34264, 34735, 34736, 34737, 42112, 42113}
)
"""Entries of a TIFF file that hold for other pixels: texts, orientation, resolution, XMP, IPTC, profile; GeoTIFF's."""
_MOST_DPI = 65535


@dataclass(frozen=True)
class Form:
    """How a file is written."""

    format: str
    """Pillow's name of it."""
    orientation: int = 1
    """EXIF orientation of the stored samples, 1 to 8."""
    encoding: Mapping[str, Any] = field(default_factory=dict)
    """Settings of Pillow's encoder."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """`exif`, `icc_profile`, `dpi`, `xmp`, `comment`, as Pillow's encoders name them."""
    chunks: Ancillary = NOTHING
    """Of a PNG file, in place of `metadata`."""
    tags: TiffImagePlugin.ImageFileDirectory_v2 | None = None
    """Of a TIFF file, in place of `metadata`."""


def form_of(image: Image.Image, orientation: int, data: bytes) -> Form | None:
    """The form of an opened file whose pixels have not been decoded; None if its format is not written.

    Args:
        image: The file.
        orientation: Its EXIF orientation.
        data: Its bytes.
    """
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    if kind not in _ENCODINGS:
        return None
    return Form(
        format=kind,
        orientation=orientation,
        encoding=_ENCODINGS[kind](image, data),
        metadata=dict(metadata_of(image, orientation)),
        chunks=ancillary(data) if kind == "PNG" else NOTHING,
        tags=_tags(image) if isinstance(image, TiffImagePlugin.TiffImageFile) else None,
    )


def png_form(image: Image.Image) -> Form:
    """The form of a PNG file in place of an opened file of another format, upright."""
    metadata = dict(metadata_of(image, 1))
    exif = made_upright(metadata.get("exif", b""))
    kept = {name: value for name, value in metadata.items() if name in ("icc_profile", "dpi")}
    return Form("PNG", chunks=ancillary_of({**kept, **({"exif": exif} if exif else {})}))


def metadata_of(image: Image.Image, orientation: int) -> Iterator[tuple[str, Any]]:
    """What an opened file holds beside its samples; a profile of other channels than gray or RGB is left out."""
    exif = without_thumbnail(image.info.get("exif") or b"")
    if not exif and orientation != 1:
        block = Image.Exif()
        block[ExifTags.Base.Orientation] = orientation
        exif = block.tobytes()
    if exif:
        yield "exif", exif
    if image.info.get("icc_profile") and image.mode != "CMYK":
        yield "icc_profile", image.info["icc_profile"]
    if (dpi := _resolution(image)) is not None:
        yield "dpi", dpi
    for name in ("xmp", "comment"):
        if isinstance(image.info.get(name), bytes):
            yield name, image.info[name]


def _resolution(image: Image.Image) -> tuple[float, float] | None:
    try:
        across, down = (float(value) for value in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return (across, down) if all(math.isfinite(dpi) and 0 < dpi <= _MOST_DPI for dpi in (across, down)) else None


def _jpeg(image: Image.Image, data: bytes) -> dict[str, Any]:
    if not isinstance(image, JpegImagePlugin.JpegImageFile):
        return {}
    sampling = JpegImagePlugin.get_sampling(image)
    return {
        "qtables": image.quantization,
        "subsampling": sampling if sampling in _SUBSAMPLINGS else _FULL_SUBSAMPLING,
        "progressive": bool(image.info.get("progressive")),
        "keep_rgb": image.mode == "RGB" and image.info.get("adobe_transform") == _RGB_IN_JPEG,
    }


def _webp(image: Image.Image, data: bytes) -> dict[str, Any]:
    start = 12
    while start + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, start)
        if kind == b"VP8L":
            return {"lossless": True, "exact": True}
        if kind == b"VP8 ":
            break
        # a frame of an animation holds chunks, after 16 bytes
        start += 24 if kind == b"ANMF" else 8 + length + length % 2
    return {"quality": LOSSY_QUALITY, "exact": True}


def _tiff(image: Image.Image, data: bytes) -> dict[str, Any]:
    compression = image.info.get("compression")
    # what is lossy or for two levels only becomes lossless
    return {"compression": compression if compression in _TIFF_COMPRESSIONS else "tiff_adobe_deflate"}


def _tags(image: TiffImagePlugin.TiffImageFile) -> TiffImagePlugin.ImageFileDirectory_v2:
    kept = TiffImagePlugin.ImageFileDirectory_v2()
    for tag in _TIFF_TAGS & set(image.tag_v2):
        kept.tagtype[tag] = image.tag_v2.tagtype[tag]
        kept[tag] = image.tag_v2[tag]
    return kept


_ENCODINGS: Mapping[str, Callable[[Image.Image, bytes], dict[str, Any]]] = {
    "JPEG": _jpeg,
    "PNG": lambda image, data: {},
    "WEBP": _webp,
    "TIFF": _tiff,
    "BMP": lambda image, data: {},
    "PPM": lambda image, data: {},
    "JPEG2000": lambda image, data: {"no_jp2": data.startswith(_CODESTREAM)},
    "AVIF": lambda image, data: {"quality": LOSSY_QUALITY},
}
"""The settings with which a result is encoded, by Pillow's name of its format; all others become PNG."""
WRITTEN = frozenset({*_ENCODINGS, "MPO"})
"""Formats in which a result is written as its image was."""
