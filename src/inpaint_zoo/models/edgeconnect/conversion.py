"""Names of EdgeConnect's published checkpoints: two files with generators, two with discriminators.

`EdgeModel_gen.pth` and `InpaintingModel_gen.pth` hold `{"iteration", "generator"}`, `EdgeModel_dis.pth` and
`InpaintingModel_dis.pth` `{"discriminator"}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.conversion import (
    StateDict,
    network_state,
    rename_strictly,
    replace_prefixes,
    spectral_norm_name,
)

FILES = {"edge_generator": "EdgeModel_gen.pth", "image_generator": "InpaintingModel_gen.pth"}
"""The published files of one network, in one folder, by the part of the network that each holds."""
TELLTALE = "edge_generator."
"""Names that begin with this are those of no other model's published files."""

_GENERATOR = {
    "encoder.1.": "encoder.0.1.",
    "encoder.4.": "encoder.1.0.",
    "encoder.7.": "encoder.2.0.",
    "middle.": "residual_blocks.",
    "decoder.0.": "decoder.0.0.",
    "decoder.3.": "decoder.1.0.",
    "decoder.7.": "output.1.",
}


def generator_name(name: str) -> str:
    """Our name of an entry of either published generator."""
    return spectral_norm_name(replace_prefixes(_GENERATOR)(name).replace(".conv_block.", ".layers."))


def parameter_name(name: str) -> str:
    """Our name of an entry of a published generator that stands behind the name of its part; others are unchanged."""
    part, _, rest = name.partition(".")
    return f"{part}.{generator_name(rest)}" if part in FILES else name


def implied_network(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of the network that a published file determines: none."""
    return {}


def convert(checkpoint: Mapping[str, Any], expected: Mapping[str, Tensor]) -> StateDict:
    """Convert the published files of both generators to a state dict of `EdgeConnectNetwork`.

    Args:
        checkpoint: The entries of both files, each with its part of `FILES` before its name.
        expected: The state dict of the network that will load the result.

    Raises:
        InputError: Entries are missing or left over, or they are of one file only, or of PyTorch before 1.0.
    """
    state = network_state(checkpoint)
    lacking = [file for part, file in FILES.items() if not any(name.startswith(f"{part}.") for name in state)]
    if lacking:
        raise InputError(f"two files are one network: give the folder that holds {' and '.join(FILES.values())}")
    old = [name for name in state if name.endswith(".weight_u") and f"{name.removesuffix('u')}v" not in state]
    if old:
        raise InputError(f"{old[0]} has no weight_v beside it: PyTorch before 1.0 wrote it, save it with a newer one")
    return rename_strictly(state, parameter_name, expected)
