"""What a text names that fills holes: a classical fill, a function, an ONNX file, weights of a network."""

from __future__ import annotations

from pathlib import Path

import torch

from inpaint_zoo.config.functions import is_function
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import ClassicalFill, OnnxFile, PythonFunction, SpandrelFile
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.evaluation.methods.onnx_file import SUFFIX
from inpaint_zoo.models.weights import UnknownNetworkError, WeightsFile, read_weights_file


def names_filler(value: str) -> bool:
    """Whether a text names what `named_filler` loads, or a file of that kind that is missing."""
    return value in FILLS or is_function(value) or Path(value).suffix == SUFFIX


def named_filler(value: str) -> ClassicalFill | PythonFunction | OnnxFile | None:
    """What a text names that fills holes without a network of this package; None for everything else.

    Args:
        value: The name of a classical fill, `package.module:function`, or the path of an `.onnx` file.

    Raises:
        InputError: It cannot be loaded, or may not be imported.
    """
    if value in FILLS:
        return ClassicalFill(FILLS[value], value)
    if is_function(value):
        return PythonFunction(value)
    path = Path(value).expanduser()
    return OnnxFile(path) if path.suffix == SUFFIX and path.is_file() else None


def read_network(path: Path, name: str | None, weights: str | None, device: torch.device) -> WeightsFile | SpandrelFile:
    """Read the weights of a network of this package, or of any that spandrel knows.

    Args:
        path: The file.
        name: Name of the model that it must be.
        weights: `raw`, `ema` or None, see `read_weights`.
        device: Where a network of others runs.

    Raises:
        InputError: It cannot be read, or is neither.
    """
    try:
        return read_weights_file(path, name, weights)
    except UnknownNetworkError as unknown:
        try:
            return SpandrelFile(path, device)
        except InputError as error:
            raise InputError(f"{unknown} {error}") from error
