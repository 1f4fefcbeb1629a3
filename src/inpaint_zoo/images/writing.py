"""Encoding results as the files that they were made from."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, TiffImagePlugin

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.form import Form
from inpaint_zoo.images.png_chunks import deep_gray_with_alpha, with_ancillary
from inpaint_zoo.images.turning import turned_back

_RATIONALS = frozenset({5, 10})
"""Types of TIFF's entries that are fractions."""
_ACROSS, _DOWN, _UNIT = ExifTags.Base.XResolution, ExifTags.Base.YResolution, ExifTags.Base.ResolutionUnit
_TO_BGR = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}


def encoded(samples: NDArray[Any], form: Form, name: str) -> Iterable[bytes]:
    """The bytes of a file.

    Args:
        samples: (H, W, C), upright, uint8 or uint16: gray, gray and alpha, RGB, or RGB and alpha.
        form: That of the file.
        name: For messages.

    Raises:
        InputError: The format cannot hold them.
    """
    stored = turned_back(samples, form.orientation)
    try:
        if stored.dtype == np.uint16 and stored.shape[2] > 1:
            data = _tiff(stored, form) if form.format == "TIFF" else _png(stored)
        else:
            data = _by_pillow(stored, form)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{name} cannot be written as {form.format} ({reason}): give format=png") from error
    return with_ancillary(data, form.chunks) if form.format == "PNG" else [data]


def _by_pillow(stored: NDArray[Any], form: Form) -> bytes:
    image = Image.fromarray(stored[..., 0] if stored.shape[2] == 1 else stored)
    if form.format == "PNG":
        metadata: dict[str, Any] = {}
    elif form.format == "TIFF":
        metadata = {"tiffinfo": form.tags}
    else:
        metadata = dict(form.metadata)
    file = io.BytesIO()
    image.save(file, form.format, **form.encoding, **metadata)
    return file.getvalue()


def _png(stored: NDArray[Any]) -> bytes:
    if stored.shape[2] == 2:
        return deep_gray_with_alpha(stored)
    done, data = cv2.imencode(".png", cv2.cvtColor(stored, _TO_BGR[stored.shape[2]]))
    if not done:
        raise ValueError("OpenCV refused")
    return bytes(data)


def _tiff(stored: NDArray[Any], form: Form) -> bytes:
    import tifffile  # noqa: PLC0415 - slow

    tags = form.tags if form.tags is not None else TiffImagePlugin.ImageFileDirectory_v2()
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        stored,
        photometric="rgb",
        planarconfig="contig",
        extrasamples=["unassalpha"] if stored.shape[2] == 4 else None,
        compression=None if form.encoding.get("compression") == "raw" else "adobe_deflate",
        resolution=(float(tags.get(_ACROSS, 1)), float(tags.get(_DOWN, 1))),
        resolutionunit=int(tags.get(_UNIT, 1)),
        extratags=[_entry(tags, tag) for tag in sorted(set(tags) - {_ACROSS, _DOWN, _UNIT})],
        metadata=None,
        software=False,
    )
    return file.getvalue()


def _entry(tags: TiffImagePlugin.ImageFileDirectory_v2, tag: int) -> tuple[int, int, int, Any, bool]:
    """An entry as tifffile takes it: tag, type, number of values, values, only on the first page."""
    kind, value = tags.tagtype[tag], tags[tag]
    if isinstance(value, str):
        value = value.encode("latin-1", "replace")
    values: Sequence[Any] = value if isinstance(value, (bytes, tuple)) else (value,)
    if kind in _RATIONALS:
        flat = [part for each in values for part in (each.numerator, each.denominator)]
        return tag, kind, len(values), flat, True
    return tag, kind, len(values), bytes(values) if isinstance(value, bytes) else tuple(values), True
