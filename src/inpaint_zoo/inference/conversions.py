"""Images and masks as users hold them (PIL, NumPy, tensors, one or many), and the arrays that the engine fills."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.arrays import Hole
from inpaint_zoo.inference.values import AnyImage
from inpaint_zoo.models.inputs import check_dense

One: TypeAlias = Image.Image | NDArray[Any] | Tensor
Given: TypeAlias = One | Sequence[One]
"""One image or mask, a batch of them in one array or tensor, or a list."""

PIL_MODES = ("L", "RGB", "RGBA", "I;16")
TYPES = "uint8, uint16, or floats in [0, 1]"


class Unpacked(NamedTuple):
    """Images in the form that the engine fills."""

    images: list[AnyImage]
    """(H, W, 3) of uint8, uint16 or float32."""
    pack: Callable[[list[AnyImage]], Any]
    """From the filled images to the form that was given."""


def unpack(given: Given) -> Unpacked:
    """Convert what was given as image.

    Raises:
        InputError: It is no image of a known form.
    """
    if isinstance(given, list | tuple):
        if not given:
            raise InputError("image is an empty list: give at least one image")
        return _many([unpack(one) for one in given])
    if isinstance(given, Image.Image):
        return _unpack_pil(given)
    if isinstance(given, Tensor):
        return _unpack_tensor(given)
    if isinstance(given, np.ndarray):
        return _unpack_array(given)
    raise InputError(
        f"image is of {type(given).__name__}: give a PIL image, a NumPy array, a tensor, or a list of them"
    )


def _many(parts: list[Unpacked]) -> Unpacked:
    if any(len(part.images) != 1 for part in parts):
        raise InputError("image is a list with batches in it: give a list of single images, or one batch")

    def pack(images: list[AnyImage]) -> list[Any]:
        return [part.pack([image]) for part, image in zip(parts, images, strict=True)]

    return Unpacked([part.images[0] for part in parts], pack)


def _unpack_pil(image: Image.Image) -> Unpacked:
    if image.mode not in PIL_MODES:
        raise InputError(f'image is a PIL image of mode {image.mode}: give image.convert("RGB")')
    array = _pixels(image, "image")
    if image.mode != "RGBA":
        inner = _unpack_array(array)
        return Unpacked(inner.images, lambda images: Image.fromarray(inner.pack(images)))
    colours = _unpack_array(np.ascontiguousarray(array[..., :3]))

    def pack(images: list[AnyImage]) -> Image.Image:
        return Image.fromarray(np.concatenate([colours.pack(images), array[..., 3:]], axis=-1))

    return Unpacked(colours.images, pack)


def _pixels(image: Image.Image, name: str, mode: str | None = None) -> NDArray[Any]:
    """The pixels of a PIL image, which reads its file only now, in a mode."""
    try:
        return np.array(image if mode is None else image.convert(mode))
    except (OSError, ValueError) as error:  # truncated, or closed
        raise InputError(f"{name} is a PIL image that cannot be read ({error}): open it again") from error


def _check_values(name: str, tensor: Tensor) -> None:
    check_dense(name, tensor)
    if tensor.is_meta:
        raise InputError(f"{name} is on the device meta, where tensors have no values: give one that has them")


def _unpack_tensor(tensor: Tensor) -> Unpacked:
    _check_values("image", tensor)
    if tensor.ndim not in (3, 4) or tensor.shape[-3] != 3:
        raise InputError(f"image is a tensor of {tuple(tensor.shape)}: give (3, H, W) or (N, 3, H, W)")
    if tensor.dtype == torch.bfloat16:
        raise InputError("image is a tensor of bfloat16: give image.float()")
    inner = _unpack_array(tensor.detach().cpu().movedim(-3, -1).contiguous().numpy())

    def pack(images: list[AnyImage]) -> Tensor:
        return torch.from_numpy(inner.pack(images)).movedim(-1, -3).contiguous().to(tensor.device)

    return Unpacked(inner.images, pack)


def _unpack_array(array: NDArray[Any]) -> Unpacked:
    if array.dtype not in (np.uint8, np.uint16) and array.dtype.kind != "f":
        raise InputError(f"image is of {array.dtype}: give {TYPES}")
    if array.ndim not in (2, 3, 4) or (array.ndim > 2 and array.shape[-1] != 3) or not array.size:
        raise InputError(f"image is an array of {array.shape}: give (H, W), (H, W, 3) or (N, H, W, 3), RGB")
    whole = array if array.ndim == 4 else array[None]
    if array.ndim == 2:
        whole = np.repeat(whole[..., None], 3, axis=-1)
    images = list(whole.astype(np.float32) if array.dtype.kind == "f" else whole)

    def pack(filled: list[AnyImage]) -> NDArray[Any]:
        if array.ndim == 4:
            return np.stack([_changed(*each) for each in zip(array, images, filled, strict=True)])
        if array.ndim == 3:
            return _changed(array, images[0], filled[0])
        return _changed(array, images[0][..., 0], _gray(filled[0]))

    return Unpacked(images, pack)


def _gray(image: AnyImage) -> AnyImage:
    mean = image.mean(axis=-1, dtype=np.float64)
    gray: AnyImage = (mean if image.dtype.kind == "f" else np.rint(mean)).astype(image.dtype)
    return gray


def _changed(given: NDArray[Any], before: AnyImage, after: AnyImage) -> NDArray[Any]:
    """What was given, to the last bit, where nothing has changed: floats of other types were rounded to float32."""
    is_new = (after != before) & ~(np.isnan(after) & np.isnan(before))
    changed: NDArray[Any] = np.where(is_new, after.astype(given.dtype), given)
    return changed


def unpack_masks(given: Given, images: Sequence[AnyImage]) -> list[Hole]:
    """Convert what was given as mask to one hole, (H, W) bool, for each image; one mask may stand for all.

    Raises:
        InputError: It is no mask of a known form, or has another size than its image, or other values than two.
    """
    masks: Any = given if isinstance(given, list | tuple) else [given]
    holes = [hole for one in masks for hole in _holes(one)]
    if len(holes) not in (1, len(images)):
        shape = getattr(given, "shape", ())
        channels = f" (mask is {tuple(shape)}: of one with channels, mask[..., 0])" if len(shape) == 3 else ""
        raise InputError(
            f"there are {len(images)} images and {len(holes)} masks: give one mask, or one for each image{channels}"
        )
    holes = holes * len(images) if len(holes) == 1 else holes
    for number, (hole, image) in enumerate(zip(holes, images, strict=True)):
        if hole.shape != image.shape[:2]:
            which = f" of image {number}" if len(images) > 1 else ""
            raise InputError(
                f"the mask{which} is {_size(hole)} and the image {_size(image)} (width x height): resize the mask "
                "to the image, by nearest neighbour"
            )
    return holes


def _size(array: NDArray[Any]) -> str:
    return f"{array.shape[1]}x{array.shape[0]}"


def _holes(given: One) -> list[Hole]:
    if isinstance(given, Image.Image):
        values = _pixels(given, "mask", None if given.mode == "1" else "L")
    elif isinstance(given, Tensor):
        _check_values("mask", given)
        values = given.detach().cpu().numpy()
    elif isinstance(given, np.ndarray):
        values = given
    else:
        raise InputError(f"mask is of {type(given).__name__}: give a PIL image, a NumPy array, a tensor, or a list")
    if values.ndim == 4 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim not in (2, 3) or not values.size:
        raise InputError(f"mask is {values.shape}: give (H, W), (1, H, W), (N, H, W) or (N, 1, H, W), 1 = hole")
    binary = _binary(values)
    return [binary] if values.ndim == 2 else list(binary)


def _binary(values: NDArray[Any]) -> Hole:
    """Masks of 0 and 1, of 0 and 255, or of False and True."""
    if values.dtype == bool:
        return values
    if values.dtype.kind not in "uif":
        raise InputError(f"mask is of {values.dtype}: give bool, or 0 for what is known and 1 or 255 for the hole")
    hole = np.asarray(values != 0)
    inside = values[hole]
    if not ((inside == 1).all() or (inside == 255).all()):
        soft = inside[(inside != 1) & (inside != 255)]
        found = f"{soft[0]:g}" if len(soft) else "both 1 and 255"
        raise InputError(
            f"mask holds {found}: give 0 for what is known and 1 or 255 for the hole, as mask > 127 (mask > 0.5 for "
            "floats in [0, 1])"
        )
    return hole
