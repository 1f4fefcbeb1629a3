"""Names of RFR-Net's published checkpoints (`{"n_iter", "generator", "optimizer_G"}`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from inpaint_zoo.models.conversion import StateDict, network_state, rename_strictly, replace_prefixes

TELLTALE = "RFRModule."
"""Names that begin with this are those of no other model's published files."""
KERNEL = "Pconv2.weight"
"""Its last dimension is the network's `kernel_size`."""

_LAYERS = {
    "Pconv1.": "first.",
    "bn1.": "first_norm.",
    "Pconv2.": "second.",
    "bn20.": "second_norm.",
    "Pconv21.": "shrink_hole.0.",
    "Pconv22.": "shrink_hole.1.",
    "bn2.": "shrink_hole_norm.",
    "RFRModule.att.att.": "reasoning.attention.",
    "RFRModule.att.combiner.": "reasoning.attention.combiner.",
    "Tconv.": "enlarge.",
    "bn3.": "enlarge_norm.",
    "tail1.": "last.",
    "out.": "output.",
    **{f"RFRModule.enc_{level}.": f"reasoning.encoder.{level - 1}." for level in range(1, 7)},
    **{f"RFRModule.dec_{level}.": f"reasoning.before_attention.{5 - level}." for level in (5, 4, 3)},
    **{f"RFRModule.dec_{level}.": f"reasoning.after_attention.{2 - level}." for level in (2, 1)},
    **{f"tail2.conv{number}.": f"bottleneck.layers.{3 * number - 3}." for number in (1, 2, 3)},
    **{f"tail2.bn{number}.": f"bottleneck.layers.{3 * number - 2}." for number in (1, 2, 3)},
}

generator_name = replace_prefixes(_LAYERS)
"""Our name of an entry of the published generator."""


def implied_network(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of the network that a published file determines: kernels of 5 if it is one for smaller holes."""
    kernel = network_state(checkpoint, "generator").get(KERNEL)
    return {"kernel_size": kernel.shape[-1]} if isinstance(kernel, Tensor) and kernel.ndim == 4 else {}


def convert(checkpoint: Mapping[str, Any], expected: Mapping[str, Tensor]) -> StateDict:
    """Convert a published file, or its generator alone, to a state dict of `RFRNetwork`.

    Args:
        checkpoint: The content of the file.
        expected: The state dict of the network that will load the result.

    Raises:
        InputError: Entries are missing or left over.
    """
    return rename_strictly(network_state(checkpoint, "generator"), generator_name, expected)
