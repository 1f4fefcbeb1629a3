"""Networks as safetensors files: weights in half precision beside the name of the model and the network's arguments."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from inpaint_zoo.errors import DamagedFileError, InputError
from inpaint_zoo.files.atomic import write_bytes

_KEY = "inpaint_zoo"
"""Entry of the file's metadata: JSON with all of a checkpoint's entries but the tensors."""


def is_safetensors(file: IO[bytes]) -> bool:
    """Whether a file begins as safetensors do: eight bytes of length, then JSON. It is left at its beginning."""
    head = file.read(9)
    file.seek(0)
    return head[8:] == b"{"


def read_safetensors(path: Path) -> dict[str, Any]:
    """The content of a file in the form of a checkpoint, of others' files the tensors alone; numbers become float32.

    Raises:
        DamagedFileError: The file is damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            stated = (file.metadata() or {}).get(_KEY, "{}")
            state = {name: _single(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118 - it is no mapping
    except SafetensorError as error:
        raise DamagedFileError(f"{path} is damaged: {error}.") from error
    try:
        return {**json.loads(stated), "state_dict": state}
    except (ValueError, TypeError, RecursionError) as error:
        raise DamagedFileError(f"{path} is damaged: its entry {_KEY!r} is no JSON object.") from error


def write_safetensors(path: Path, checkpoint: Mapping[str, Any]) -> None:
    """Write the weights of a checkpoint in half precision, with what else it holds as JSON.

    Tensors with numbers beyond 65504, the largest of half precision, stay as they are, such as running variances.

    Args:
        path: The file to write.
        checkpoint: As `models.weights.converted` returns it.

    Raises:
        InputError: A weight is not finite.
    """
    stated = {key: value for key, value in checkpoint.items() if key != "state_dict"}
    state = {name: _half(name, value).contiguous() for name, value in checkpoint["state_dict"].items()}
    metadata = {"format": "pt", _KEY: json.dumps(stated)}
    write_bytes(path, [safetensors.torch.save(state, metadata)])


def _half(name: str, value: Tensor) -> Tensor:
    if not value.is_floating_point():
        return value
    if not value.isfinite().all():
        raise InputError(f"{name} holds values that are not finite: the network has diverged.")
    half = value.half()
    return half if half.isfinite().all() else value


def _single(value: Tensor) -> Tensor:
    return value.to(torch.float32) if value.is_floating_point() else value
