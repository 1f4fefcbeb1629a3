"""Arithmetic in float32, whatever autocast is on around it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor

from inpaint_zoo.runtime.exporting import is_exporting


def full_precision(tensor: Tensor) -> AbstractContextManager[Any]:
    """A context without autocast on the device of a tensor.

    It does nothing on the meta device, which has no autocast, nor in an export: a program for `torch.export` that has
    such a context cannot be loaded (torch 2.15).
    """
    if is_exporting() or tensor.is_meta:
        return nullcontext()
    return torch.autocast(tensor.device.type, enabled=False)
