"""The image formats that are read, and the suffixes of their files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import PurePosixPath

_DECODERS = {
    "JPEG": ("PIL.JpegImagePlugin", (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo")),
    "PNG": ("PIL.PngImagePlugin", (".png", ".apng")),
    "WEBP": ("PIL.WebPImagePlugin", (".webp",)),
    "BMP": ("PIL.BmpImagePlugin", (".bmp",)),
    "TIFF": ("PIL.TiffImagePlugin", (".tif", ".tiff")),
    "GIF": ("PIL.GifImagePlugin", (".gif",)),
    "PPM": ("PIL.PpmImagePlugin", (".ppm", ".pgm", ".pbm", ".pnm")),
    "JPEG2000": ("PIL.Jpeg2KImagePlugin", (".jp2", ".j2k", ".jpf", ".jpx", ".jpc", ".j2c")),
    "AVIF": ("PIL.AvifImagePlugin", (".avif", ".avifs")),
    "HEIF": ("pillow_heif.HeifImagePlugin", (".heic", ".heif", ".hif")),
}
"""Pillow's name of a format: the module that makes Pillow read it, and the suffixes.

Left out are icons, documents, what needs other programs, decoders in pure Python, and formats that any bytes could be.
"""
NEEDS_EXTRA = dict.fromkeys(_DECODERS["HEIF"][1], "heic")
"""The extra of this package that reads files with a suffix."""


def _available() -> Iterator[str]:
    """The formats that this installation of Pillow reads."""
    for name, (module, _) in _DECODERS.items():
        with contextlib.suppress(ImportError):
            if getattr(import_module(module), "SUPPORTED", True):
                yield name


FORMATS = tuple(_available())
"""Pillow's names of the formats."""
IMAGE_SUFFIXES = frozenset(suffix for name in FORMATS for suffix in _DECODERS[name][1])
"""In lower case."""
KINDS = ", ".join(_DECODERS[name][1][0].removeprefix(".") for name in FORMATS)
"""For messages."""
_UNUSUAL = frozenset({".jpe", ".jfif", ".mpo"})
"""Suffixes of JPEG files that many programs do not know; a `.mpo` file holds several images."""


def with_usual_suffix(name: str) -> str:
    """The name of a result of the same format: JPEG files of unusual suffixes become `.jpg`."""
    path = PurePosixPath(name)
    return str(path.with_suffix(".jpg")) if path.suffix.lower() in _UNUSUAL else name
