"""Names of CTSDG's published checkpoints (`{"n_iter", "generator", "discriminator"}`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from inpaint_zoo.models.conversion import (
    StateDict,
    network_state,
    patch_discriminator_name,
    rename_strictly,
    replace_prefixes,
)

TELLTALE = "ec_texture_"
"""Names that begin with this are those of no other model's published files."""
NUM_LEVELS = 7

_BOTTLENECK = {"conv1": 0, "bn1": 1, "conv2": 3, "bn2": 4}
_PROJECTIONS = {
    f"{stream}_feature_projection.{stream}_resolver.{old}.": f"{stream}_projection.bottleneck.{new}."
    for stream in ("texture", "structure")
    for old, new in _BOTTLENECK.items()
}
_GENERATOR = {
    **_PROJECTIONS,
    "texture_feature_projection.out_layer.0.": "texture_projection.output.",
    "structure_feature_projection.out_layer.0.": "structure_projection.output.",
    "bigff.structure_gate.0.": "fusion.structure_gate.",
    "bigff.texture_gate.0.": "fusion.texture_gate.",
    "bigff.": "fusion.",
    "fusion_layer1.0.": "output.halve.",
    "fusion_layer2.0.": "output.merge.",
    **{f"cfa.msfa.dilated_conv_{n}.0.": f"output.attention.aggregation.scales.{n}." for n in range(4)},
    "cfa.msfa.weight_calc.0.": "output.attention.aggregation.weight_hidden.",
    "cfa.msfa.weight_calc.2.": "output.attention.aggregation.weight_output.",
    "out_layer.0.": "output.output.",
}
_STREAM = re.compile(r"(ec|dc)_(texture|structure)_(\d)\.(conv|bn)\.")
_EDGE_DETECTOR = {
    "edge_detector.res_layer.": "edge_detector.residual.",
    "edge_detector.out_layer.0.": "edge_detector.output.",
}


def generator_name(name: str) -> str:
    """Our name of an entry of the published generator."""
    found = _STREAM.match(name)
    if found is None:
        return replace_prefixes(_GENERATOR)(name)
    side, stream, level, layer = found.groups()
    part, block = ("encoder", int(level) - 1) if side == "ec" else ("decoder", NUM_LEVELS - int(level))
    kind = {"conv": "conv", "bn": "norm"}[layer]
    return f"{stream}_{part}.blocks.{block}.{kind}.{name[found.end() :]}"


def discriminator_name(name: str) -> str:
    """Our name of an entry of the published discriminator."""
    return replace_prefixes(_EDGE_DETECTOR)(patch_discriminator_name(name))


def implied_network(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of the network that a published file determines; all of them were trained on wrapped gray."""
    return {"edge_range": "wrapped"}


def convert(checkpoint: Mapping[str, Any], expected: Mapping[str, Tensor]) -> StateDict:
    """Convert a published file, or its generator alone, to a state dict of `CTSDGNetwork`.

    Args:
        checkpoint: The content of the file.
        expected: The state dict of the network that will load the result.

    Raises:
        InputError: Entries are missing or left over.
    """
    state = network_state(checkpoint, "generator")
    return rename_strictly(state, generator_name, expected)


def convert_discriminator(checkpoint: Mapping[str, Any], expected: Mapping[str, Tensor]) -> StateDict:
    """Convert a published file to a state dict of `CTSDGDiscriminator`; arguments as for `convert`."""
    state = network_state(checkpoint, "discriminator")
    return rename_strictly(state, discriminator_name, expected)
