"""What a file says about its network, as one more tensor: libraries such as spandrel pass on nothing but tensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

STATEMENT = "inpaint_zoo_statement"
"""Name of the tensor in a state dict: JSON with the name of the model and the arguments of its network, in bytes."""

LONGEST = 2**16
"""Bytes of a statement; ours have some hundred."""


def statement(entries: Mapping[str, Any]) -> Tensor:
    """The entries of a checkpoint that say which network it holds, as a tensor, (N,) uint8."""
    return torch.tensor(list(json.dumps(entries, default=str).encode()), dtype=torch.uint8)


def stated(state: Mapping[str, Any]) -> dict[str, Any]:
    """The entries that stand in a state dict as a tensor; none where there is no such tensor, or one that is damaged.

    Examples:
        >>> stated({STATEMENT: statement({"inpaint_zoo_model": "misf"})})
        {'inpaint_zoo_model': 'misf'}
    """
    try:
        said = state[STATEMENT]
        return dict(json.loads(bytes(said.tolist()))) if said.numel() <= LONGEST else {}
    except (KeyError, AttributeError, ValueError, TypeError, RuntimeError):  # RecursionError is of the last
        return {}
