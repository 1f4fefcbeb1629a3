"""Names and scale of PConv's published checkpoints (`{"n_iter", "model", "optimizer"}`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.conversion import StateDict, network_state, rename_strictly

TELLTALE = "enc_1.conv.input_conv."
"""Names that begin with this are those of no other model's published files."""
COUNTING = "{side}_{level}.conv.mask_conv.weight"
"""Convolutions with ones, by which the published network computes its masks."""

_LAYER = re.compile(r"(enc|dec)_(\d+)\.(conv\.input_conv|bn)\.(.+)")
_KINDS = {"conv.input_conv": "conv", "bn": "norm"}


def parameter_name(name: str, num_levels: int) -> str:
    """Our name of an entry of the published network; unknown names are unchanged."""
    found = _LAYER.fullmatch(name)
    if found is None:
        return name
    side, level, layer, rest = found[1], int(found[2]), _KINDS[found[3]], found[4]
    if side == "enc":
        return f"encoder.blocks.{level - 1}.{layer}.{rest}"
    block = "output" if level == 1 else f"decoder.blocks.{num_levels - level}"
    return f"{block}.{layer}.{rest}"


def implied_network(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of the network that a published file determines: none."""
    return {}


def convert(checkpoint: Mapping[str, Any], expected: Mapping[str, Tensor]) -> StateDict:
    """Convert a published file, or its network alone, to a state dict of `PConvNetwork`.

    The published layers divide by the number of valid values in a window, ours (as in the paper) by their share: the
    weights of convolutions differ by the number of values in a window.

    Args:
        checkpoint: The content of the file.
        expected: The state dict of the network that will load the result.

    Raises:
        InputError: Entries are missing or left over, or masks are not computed with ones.
    """
    state = network_state(checkpoint)
    num_levels = sum(name.startswith("encoder.") and name.endswith("conv.weight") for name in expected)
    counting = [COUNTING.format(side=side, level=1 + level) for side in ("enc", "dec") for level in range(num_levels)]
    _refuse_other_than_ones({name: state[name] for name in counting if name in state})
    own = rename_strictly(state, lambda name: parameter_name(name, num_levels), expected, unused=counting)
    return {name: _per_share(value) if name.endswith("conv.weight") else value for name, value in own.items()}


def _per_share(weight: Tensor) -> Tensor:
    return weight.float() / weight[0].numel()


def _refuse_other_than_ones(counting: Mapping[str, Any]) -> None:
    other = [name for name, value in counting.items() if not (isinstance(value, Tensor) and bool((value == 1).all()))]
    if other:
        raise InputError(f"{other[0]} is not all ones: this network does not compute masks as PConv does")
