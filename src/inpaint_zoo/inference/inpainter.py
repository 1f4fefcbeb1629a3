"""The door for Python: fill images in the form in which a program holds them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TypedDict, TypeVar, Unpack, cast

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import ClassicalFill, Filler, NetworkMethod
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.inference.conversions import Given, unpack, unpack_masks
from inpaint_zoo.inference.fill import FillOptions, fill
from inpaint_zoo.runtime.device import choose_device
from inpaint_zoo.zoo import known_model, list_models, load_model, load_packaged

Images = TypeVar("Images", bound=Given)


class Options(TypedDict, total=False):
    """The options of `FillOptions`, as keywords."""

    strategy: str
    grow: int
    feather: int
    blend: str
    adapt: int
    adapt_seconds: float
    seed: int


class Inpainter:
    """Fills holes with one method; call it as often as you like.

    Args:
        method: A network or a classical fill.
    """

    def __init__(self, method: Filler) -> None:
        self.method = method

    def __call__(self, image: Images, mask: Given, **options: Unpack[Options]) -> Images:
        """Fill the holes of one image, or of many.

        Args:
            image: A PIL image (RGB, RGBA, L or 16-bit gray); a NumPy array (H, W), (H, W, 3) or (N, H, W, 3) of uint8,
                uint16 or floats in [0, 1]; a tensor (3, H, W) or (N, 3, H, W) of the same; or a list of such images,
                which may differ in size. RGB; what stands in the hole is not read.
            mask: For each image, or one for all: a PIL image, an array or a tensor, (H, W) or (1, H, W), in batches
                (N, H, W) or (N, 1, H, W); bool, or 0 for what is known and 1 or 255 for the hole.
            **options: `strategy`, `grow`, `feather`, `blend`, `adapt`, `adapt_seconds`, `seed`: see
                `inference.fill.FillOptions`.

        Returns:
            New images in the form, type and device of `image`; alpha stays as it is. Known pixels are bit-identical
            unless `blend="feather"` or `grow` is asked for.

        Examples:
            >>> import numpy as np
            >>> fill_holes = load("nearest")
            >>> image = np.full((32, 48, 3), 200, np.uint8)
            >>> mask = np.zeros((32, 48), bool)
            >>> mask[8:16, 8:16] = True
            >>> image[mask] = 0
            >>> int(fill_holes(image, mask).min())
            200

        Raises:
            InputError: Image, mask or an option is something else; the message says what to give.
        """
        chosen = FillOptions(**options)
        unpacked = unpack(image)
        holes = unpack_masks(mask, unpacked.images)
        return cast(
            Images, unpacked.pack([self._filled(unpacked.images, holes, at, chosen) for at in range(len(holes))])
        )

    def _filled(self, images: list[Any], holes: list[Any], at: int, options: FillOptions) -> Any:
        try:
            return fill(self.method, images[at], holes[at], options)
        except InputError as error:
            if len(images) == 1:
                raise
            raise InputError(f"image {at} of {len(images)}: {error}") from error


def load(model: str | Path, weights: str | Path | None = None, device: str = "auto") -> Inpainter:
    """Prepare a network or a classical fill for many calls.

    Args:
        model: One of `inpaint_zoo.list_models()`, or a classical fill: `mean`, `nearest`, `opencv_telea`,
            `opencv_navier_stokes`, `patchmatch`; or the path or address of a file of weights, which says what it is of.
        weights: A checkpoint of this package, or a published file; without it, a network has the weights that come
            with the package.
        device: Where a network runs: `auto` (a GPU if there is one), `cpu`, `cuda:1`, ...

    Examples:
        >>> from PIL import Image
        >>> photograph, mask = Image.new("RGB", (64, 48), "navy"), Image.new("L", (64, 48))
        >>> mask.paste(255, (10, 10, 20, 20))
        >>> load("mean")(photograph, mask).getpixel((15, 15))
        (0, 0, 128)

    Raises:
        InputError: There is no such model or device, or the weights are missing or do not fit.
    """
    if weights is None and _is_path(model):
        return Inpainter(NetworkMethod(load_model(model)[1], choose_device(device)))
    model = str(model)
    if known_model(model, *FILLS) in FILLS:
        if weights is not None:
            raise InputError(f"weights={str(weights)!r}: {model} needs none: leave weights out")
        return Inpainter(ClassicalFill(FILLS[model], model))
    network = load_packaged(model) if weights is None else load_model(weights, model)[1]
    return Inpainter(NetworkMethod(network, choose_device(device)))


def _is_path(model: object) -> bool:
    """Whether `model` is the path or address of a file; a name is none, also where a file is called so."""
    if not isinstance(model, str):
        return isinstance(model, os.PathLike)
    if not model or model in (*list_models(), *FILLS):
        return False
    # a misspelt name is no path, a file that is missing is; Path.is_file raises for a name that is too long
    return not model.isidentifier() or os.path.isfile(model)  # noqa: PTH113


def inpaint(
    image: Images,
    mask: Given,
    model: str | Path = "ctsdg",
    weights: str | Path | None = None,
    **options: Unpack[Options],
) -> Images:
    """Fill the holes of one image, or of many, with a model that is loaded for this call; see `load` for many calls.

    Args:
        image: As for `Inpainter.__call__`: PIL, NumPy or tensor, one or many.
        mask: As for `Inpainter.__call__`; 1, 255 or True is the hole.
        model: As for `load`.
        weights: As for `load`.
        **options: As for `Inpainter.__call__`.

    Returns:
        New images in the form and type of `image`.

    Examples:
        >>> import torch
        >>> image, mask = torch.full((3, 20, 30), 0.5), torch.zeros(20, 30)
        >>> mask[5:10, 5:10] = 1
        >>> filled = inpaint(image, mask, model="opencv_telea", blend="poisson")
        >>> filled.shape
        torch.Size([3, 20, 30])

    Raises:
        InputError: As for `load` and `Inpainter.__call__`.
    """
    return load(model, weights)(image, mask, **options)
