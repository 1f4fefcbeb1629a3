"""Reading image files with everything that a result of the same kind needs."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, TiffImagePlugin

from inpaint_zoo.files.source import Held, Readable
from inpaint_zoo.images.arrays import Hole
from inpaint_zoo.images.form import WRITTEN, Form, form_of, png_form
from inpaint_zoo.images.metadata import orientation
from inpaint_zoo.images.png_chunks import has_deep_colors, is_gray_with_alpha
from inpaint_zoo.images.reading import MOST_PIXELS, decoded
from inpaint_zoo.images.turning import turned_upright

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Of gray in RGB, as Pillow converts it (ITU-R 601-2)."""
_SIXTEEN = 16
_NATIVE = frozenset({"L", "LA", "RGB", "RGBA"})
_NAMES = {"P": "its palette", "PA": "its palette", "1": "one bit for a pixel"}


@dataclass(frozen=True)
class Original:
    """An image as it stands in its file, but upright."""

    samples: NDArray[Any]
    """(H, W, C), uint8 or uint16: gray, gray and alpha, RGB, or RGB and alpha."""
    form: Form
    is_converted: bool = False
    """Whether the result has another format."""
    notes: tuple[str, ...] = ()
    """What a result cannot keep, in a sentence each."""

    @property
    def alpha(self) -> NDArray[Any] | None:
        """(H, W), from 0 = transparent to the largest value = opaque; None without such a channel."""
        return self.samples[..., -1] if self.samples.shape[2] in (2, 4) else None

    def seen(self) -> NDArray[Any]:
        """(H, W, 3) RGB of the type of the samples, transparent pixels on white; may be a view of them."""
        height, width, channels = self.samples.shape
        colors = self.samples[..., : 3 if channels > 2 else 1]
        if (alpha := self.alpha) is not None:
            colors = colors.copy()
            white = np.iinfo(alpha.dtype).max
            clear = alpha < white
            share = alpha[clear, None] / white
            colors[clear] = np.rint(colors[clear] * share + white * (1 - share))
        return np.broadcast_to(colors, (height, width, 3))

    def filled(self, filled: NDArray[Any], seen: NDArray[Any], hole: Hole, *, opaque: bool) -> NDArray[Any]:
        """The samples with a fill in them; where it equals what was seen, they stay as they are.

        Args:
            filled: (H, W, 3), of the type of the samples.
            seen: From `seen`.
            hole: (H, W).
            opaque: Whether the hole becomes opaque.
        """
        if self.samples.shape[2] == 3:
            return filled
        samples = self.samples.copy()
        changed = hole | (filled != seen).any(axis=-1)
        if self.samples.shape[2] == 4:
            samples[changed, :3] = filled[changed]
        else:
            samples[changed, 0] = np.rint(filled[changed] @ _LUMA)
        if opaque and self.alpha is not None:
            samples[hole, -1] = np.iinfo(samples.dtype).max
        return samples


def result_is_png(path: Readable) -> bool:
    """Whether the format of a file is not written, so that its result is a PNG file.

    Raises:
        InputError: The file cannot be read as an image; only its header is.
    """
    return decoded(path, lambda image, _: image.format not in WRITTEN, MOST_PIXELS)


def read_original(path: Held, *, as_png: bool = False) -> Original:
    """Read an image of 8 or 16 bits, turned the way a viewer shows it; of several frames the first.

    Args:
        path: The file.
        as_png: Whether the result is a PNG file in any case.

    Raises:
        InputError: The file is damaged, holds other numbers, or has more than `MOST_PIXELS` pixels.
    """

    def use(image: Image.Image, turned: int) -> Original:
        notes = list(_notes(image))
        form = form_of(image, turned, path.data)
        if form is None and not as_png:
            notes.append(f"{image.format} is not written, the result is a PNG file")
        if form is None or (as_png and form.format != "PNG"):
            form = png_form(image)
        is_converted = (as_png and image.format != "PNG") or image.format not in WRITTEN
        samples = _samples(image, turned, path.data)
        return Original(samples, form, is_converted, tuple(notes))

    return decoded(path, use, MOST_PIXELS)


def _notes(image: Image.Image) -> Iterator[str]:
    frames = 1
    with contextlib.suppress(Exception):  # those behind the first may be damaged
        frames = getattr(image, "n_frames", 1)
    if frames > 1:
        yield f"of its {frames} frames or pages the first is filled, the others are left out"
    if image.mode not in _NATIVE and not image.mode.startswith(("I", "F")):
        profile = ", its profile is left out" if image.mode == "CMYK" and image.info.get("icc_profile") else ""
        yield f"{_NAMES.get(image.mode, image.mode)} becomes {_target(image)}{profile}"


def _target(image: Image.Image) -> str:
    """The mode of 8 bits that holds what an image shows."""
    if image.mode in _NATIVE and "transparency" not in image.info:
        return image.mode
    base = "L" if image.mode in ("1", "L", "LA", "La") else "RGB"
    return base + ("A" if image.has_transparency_data else "")


def _samples(image: Image.Image, turned: int, data: bytes) -> NDArray[Any]:
    is_tiff = isinstance(image, TiffImagePlugin.TiffImageFile)
    if _has_sixteen_bits(image, data):
        pixels = _by_opencv(data)
        return pixels if is_tiff else turned_upright(pixels, turned)  # OpenCV turns TIFF files
    image.load()
    if is_tiff:
        turned = orientation(image)  # loading has turned the pixels and removed the tag
    values = _sixteen_bit_gray(np.asarray(image)) if image.mode.startswith(("I", "F")) else np.array(_native(image))
    return turned_upright(values if values.ndim == 3 else values[..., None], turned)


def _native(image: Image.Image) -> Image.Image:
    target = _target(image)
    profile = image.info.get("icc_profile")
    if image.mode == "CMYK" and profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError):  # a damaged profile
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, io.BytesIO(profile), srgb, outputMode="RGB")
            return converted if converted is not None else image.convert(target)
    return image if image.mode == target else image.convert(target)


def _has_sixteen_bits(image: Image.Image, data: bytes) -> bool:
    """Whether the channels of a color image, which Pillow reads as 8 bits, have 16."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return image.mode in ("RGB", "RGBA") and set(image.tag_v2[ExifTags.Base.BitsPerSample]) == {_SIXTEEN}
    return image.format == "PNG" and has_deep_colors(data)


def _by_opencv(data: bytes) -> NDArray[Any]:
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 3:
        raise ValueError("OpenCV cannot read its 16 bits")
    if is_gray_with_alpha(data):
        return np.ascontiguousarray(pixels[..., [0, 3]])
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB if pixels.shape[2] == 3 else cv2.COLOR_BGRA2RGBA)


def _sixteen_bit_gray(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype.kind == "f" or values.min() < 0 or values.max() > np.iinfo(np.uint16).max:
        raise ValueError("its pixels are neither 8 nor 16 bits")
    return values.astype(np.uint16)
