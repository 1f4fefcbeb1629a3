"""Checks of the tensors that users give to networks; each is told in one sentence, with what to do."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from inpaint_zoo.errors import InputError

_DENSE = {"quantized": "dequantize()", "nested": "to_padded_tensor(0)", "sparse": "to_dense()"}
ROUNDING = 8
"""By how many steps of its type a value may leave [0, 1], as it does where an image was interpolated or normalised."""


def check_dense(name: str, value: Tensor) -> None:
    """Refuse a tensor that is not an array of values.

    Raises:
        InputError: It is one.
    """
    if value.is_nested or value.layout != torch.strided or value.is_quantized:
        kind = "quantized" if value.is_quantized else "nested" if value.is_nested else "sparse"
        raise InputError(f"{name} is {kind}: give a dense tensor, such as {name}.{_DENSE[kind]} makes.")


def check_shapes(image: Tensor, mask: Tensor) -> None:
    """Refuse what is no image (B, 3, H, W) of floats with a mask (B, 1, H, W).

    Raises:
        InputError: They are something else.
    """
    for name, value in (("image", image), ("mask", mask)):
        if not isinstance(value, Tensor):
            raise InputError(f"{name} is of {type(value).__name__}: give a tensor, such as torch.from_numpy makes.")
        check_dense(name, value)
    # not len(): in an export it would fix the size of the batch
    if image.ndim != 4 or image.shape[1] != 3 or mask.shape != (image.shape[0], 1, *image.shape[2:]):
        raise InputError(
            f"image must be (B, 3, H, W) and mask (B, 1, H, W); got {tuple(image.shape)} and {tuple(mask.shape)}."
        )
    if image.shape[0] == 0:
        raise InputError("image and mask hold no image: give at least one.")
    if mask.is_complex():
        raise InputError(f"mask is of {mask.dtype}: give numbers that are 0 or 1, or true and false.")
    if image.is_floating_point() and image.dtype.itemsize < 2:
        raise InputError(f"image is of {image.dtype}, in which nothing can be computed: give image.float().")
    if not image.is_floating_point():
        raise InputError(f"image is of {image.dtype}: give floats in [0, 1], such as image.float() / 255 for bytes.")


def check_mask(mask: Tensor) -> None:
    """Refuse a mask that holds anything but 0 and 1: a network would see a blend that the composite does not.

    Raises:
        InputError: It does.
    """
    wrong = mask[(mask != 0) & (mask != 1)]
    if len(wrong):
        raise InputError(
            f"mask holds {wrong[0].item():g}: it must be exactly 0 (known) or 1 (hole), such as mask > 0.5 for a mask "
            "in [0, 1] and mask > 127 for one of 0 to 255."
        )


def check_image(image: Tensor, visible: Tensor) -> None:
    """Refuse an image whose visible pixels are not in [0, 1].

    Args:
        image: (B, 3, H, W).
        visible: (B, 1, H, W) bool; the other pixels may hold anything.

    Raises:
        InputError: A visible pixel is NaN or beyond [0, 1].
    """
    low, high = (extreme.item() for extreme in torch.aminmax(torch.where(visible, image.detach(), 0)))
    if math.isnan(low):
        raise InputError("image is NaN in known pixels: give every pixel outside the hole a value in [0, 1].")
    slack = ROUNDING * torch.finfo(image.dtype).eps
    if low < -slack or high > 1 + slack:
        raise InputError(
            f"image holds values from {low:.6g} to {high:.6g} in known pixels: they must be in [0, 1], such as "
            "image / 255 for one of 0 to 255 and (image + 1) / 2 for one of -1 to 1."
        )
