"""How each kind of method is called, without the zeros that an evaluation puts into the hole first."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from inpaint_zoo.audit.subject import Array, Form, Subject
from inpaint_zoo.batch import composite
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import (
    ClassicalFill,
    Method,
    NetworkMethod,
    OnnxFile,
    PythonFunction,
    SpandrelFile,
)


def subject_of(name: str, method: Method) -> Subject:
    """A method as the audit calls it.

    Args:
        name: What the user calls it.
        method: What `build_methods` makes of it.

    Raises:
        InputError: It is a folder of images, which fills nothing.
    """
    if isinstance(method, NetworkMethod):
        return _network(name, method)
    if isinstance(method, PythonFunction):
        form = Form(method.floats, 1.0 if method.floats else 255)
        call = method.function if method.batches else _one_by_one(method.function)
        return Subject(name, "function", form, call, method.batches)
    if isinstance(method, ClassicalFill):
        return Subject(name, "classical fill", Form(False, True), _one_by_one(method.function), False)
    if isinstance(method, OnnxFile):
        return Subject(name, "ONNX file", Form(False, 1), _one_by_one(method.run), False)
    if isinstance(method, SpandrelFile):
        return _spandrel(name, method)
    raise InputError(f"{name} is a folder of images: give what has filled them, a network or a function module:name")


def _one_by_one(function: Any) -> Any:
    def call(images: Array, masks: Array) -> Array:
        return np.stack([np.asarray(function(image, mask)) for image, mask in zip(images, masks, strict=True)])

    return call


def _network(name: str, method: NetworkMethod) -> Subject:
    """The network's composite; images are mirrored up to a size that it takes."""

    @torch.inference_mode()
    def call(images: Array, masks: Array) -> Array:
        height, width = masks.shape[1:]
        padding = ((0, 0), *method.padding(height, width))
        image = _planes(np.pad(images, (*padding, (0, 0)), mode="reflect")).to(method.device)
        mask = torch.from_numpy(np.pad(masks, padding, mode="reflect"))[:, None].to(method.device)
        with method.arithmetic.context(method.device):
            filled = method.network(image, mask).composite
        return _rows(filled)[:, :height, :width]

    return Subject(name, f"network {type(method.network).__name__}", Form(True, 1.0), call, True)


def _spandrel(name: str, method: SpandrelFile) -> Subject:
    """The output of a network of others in the hole, as evaluations use it."""

    @torch.inference_mode()
    def call(images: Array, masks: Array) -> Array:
        image = _planes(images).to(method.device)
        mask = torch.from_numpy(masks)[:, None].to(method.device)
        return _rows(composite(method.model(image, mask), image, mask))

    # spandrel takes no batches of masks
    return Subject(name, f"network {method.model.architecture.name}", Form(True, 1.0), call, False)


def _planes(images: Array) -> Tensor:
    return torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()


def _rows(images: Tensor) -> Array:
    made: Array = images.float().permute(0, 2, 3, 1).cpu().numpy()
    return made
