"""Graphs as files of `torch.export`, which PyTorch alone loads and runs."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.export import ExportedProgram

from inpaint_zoo.export.graph import filled_by


def program_bytes(program: ExportedProgram, precision: str, description: Mapping[str, str]) -> bytes:
    """A `.pt2` file.

    Args:
        program: As `trace` returns it.
        precision: That of the network, `float32`.
        description: Files inside it, by name.
    """
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that weights in channels-last order may be trouble on a GPU
        torch.export.save(program, buffer, extra_files=dict(description))
    return buffer.getvalue()


def run_program(content: bytes, image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> list[NDArray[Any]]:
    """Load a file and run it; as `run_onnx`."""
    return filled_by(torch.export.load(io.BytesIO(content)).module(), image, mask)
