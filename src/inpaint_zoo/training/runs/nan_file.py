"""`nan/` of a run folder: the batch that made a loss non-finite, and all that its losses depend on."""

from __future__ import annotations

import io
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import write_bytes
from inpaint_zoo.models.weights import read_checkpoint
from inpaint_zoo.training.runs.files import NAN

_NUMBERS = ("step", "epoch", "batch_number", "rank")


@dataclass(frozen=True)
class NanFile:
    """A batch with a loss that is not finite."""

    step: int
    """Optimizer steps before it."""
    epoch: int
    """From 0."""
    batch_number: int
    """Of all batches of the training, from 1."""
    rank: int
    """Of the process that has seen it."""
    seed: int | None
    """Of the training."""
    precision: str
    """That of the training, such as `bf16-mixed`."""
    device: str
    """Where it was computed, such as `cuda:0`."""
    losses: Mapping[str, float]
    """The unweighted terms, as the training has computed them."""
    batch: Mapping[str, Any]
    """A `Batch`, and what its loader has prepared."""
    state_dict: Mapping[str, Tensor]
    """Of the training module, before the batch."""
    random: Mapping[str, Any]
    """The random states before the batch, see `random_states`."""


def nan_path(folder: Path, rank: int) -> Path:
    """The file of a process in a run folder: the one that it has written last."""
    return folder / NAN / f"rank{rank}.pt"


def replay_command(path: Path) -> str:
    """The command that computes the losses of a file again."""
    return f"inpaint-zoo replay {shlex.quote(str(path))}"


def write_nan_file(path: Path, content: NanFile) -> None:
    """Write a file, whole or not at all.

    Raises:
        InputError: It cannot be written.
    """
    entries = {field.name: getattr(content, field.name) for field in fields(content)}
    written = io.BytesIO()
    torch.save({"inpaint_zoo_nan": version("inpaint-zoo"), **entries}, written)
    write_bytes(path, [written.getvalue()])


def read_nan_file(path: Path) -> NanFile:
    """Read a file, as safely as all files of weights.

    Raises:
        InputError: It is missing, damaged, too large, or something else.
    """
    content = read_checkpoint(path)
    if "inpaint_zoo_nan" not in content:
        raise InputError(f"file: {path} holds no batch: give a file that a training has written to {NAN}/")
    wanted = [field.name for field in fields(NanFile)]
    wrong = [name for name in wanted if name not in content or not _fits(name, content[name])]
    if wrong:
        raise InputError(f"file: {path} is damaged: {', '.join(wrong)} cannot be read")
    return NanFile(**{name: content[name] for name in wanted})


def _fits(name: str, value: Any) -> bool:
    """Whether an entry is of its kind."""
    if name in _NUMBERS:
        return type(value) is int
    if name == "seed":
        return value is None or type(value) is int
    if name in ("precision", "device"):
        return isinstance(value, str)
    if not (isinstance(value, Mapping) and all(isinstance(key, str) for key in value)):
        return False
    if name == "batch":
        return _is_batch(value)
    kinds = {"losses": float, "state_dict": Tensor}
    return all(isinstance(part, kinds.get(name, object)) for part in value.values())


def _is_batch(batch: Mapping[str, Any]) -> bool:
    image, mask, names = (batch.get(key) for key in ("image", "mask", "name"))
    if not (isinstance(image, Tensor) and isinstance(mask, Tensor) and isinstance(names, list)):
        return False
    if not names or not all(isinstance(name, str) for name in names):
        return False
    if image.ndim != 4 or not (image.is_floating_point() and mask.is_floating_point()):
        return False
    size, (height, width) = len(names), image.shape[2:]
    return image.shape == (size, 3, height, width) and mask.shape == (size, 1, height, width)
