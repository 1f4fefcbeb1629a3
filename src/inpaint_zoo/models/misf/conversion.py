"""Names of MISF's published checkpoints (`{"iteration", "generator"}` and `{"discriminator"}`)."""

from __future__ import annotations

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

TELLTALE = "kpn_model."
"""Names that begin with this are those of no other model's published files."""
UNUSED = ("kpn_model.conv_final.",)
"""A convolution of the published network that is never used."""

_KERNEL_PREDICTION = {
    "conv1": "at_full",
    "conv2": "at_half",
    "conv3": "at_quarter",
    "conv4": "bottom",
    "conv7": "up_quarter",
    "conv8": "up_half",
    "conv9": "up_full",
}
_GENERATOR = {
    "middle.": "residual_blocks.",
    "decoder.0.": "decoder.0.0.",
    "decoder.3.": "decoder.1.0.",
    "decoder.7.": "decoder.3.",
    "kpn_model.kernels.": "kernel_prediction.feature_kernels.",
    "kpn_model.core_img.": "kernel_prediction.image_kernels.",
    **{f"kpn_model.{old}.conv1.": f"kernel_prediction.{new}." for old, new in _KERNEL_PREDICTION.items()},
}


def generator_name(name: str) -> str:
    """Our name of an entry of the published generator."""
    return replace_prefixes(_GENERATOR)(name).replace(".conv_block.", ".layers.")


def implied_network(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of the network that a published file determines: none."""
    return {}


def convert(checkpoint: Mapping[str, Any], expected: Mapping[str, Tensor]) -> StateDict:
    """Convert a published file, or its generator alone, to a state dict of `MISFNetwork`.

    Args:
        checkpoint: The content of the file.
        expected: The state dict of the network that will load the result.

    Raises:
        InputError: Entries are missing or left over.
    """
    state = network_state(checkpoint, "generator")
    return rename_strictly(state, generator_name, expected, unused=UNUSED)


def convert_discriminator(checkpoint: Mapping[str, Any], expected: Mapping[str, Tensor]) -> StateDict:
    """Convert a published discriminator file to a state dict of `PatchDiscriminator`; arguments as for `convert`."""
    state = network_state(checkpoint, "discriminator")
    return rename_strictly(state, patch_discriminator_name, expected)
