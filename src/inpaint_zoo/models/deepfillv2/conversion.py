"""Names of DeepFillv2's published checkpoints in PyTorch (`{"G", "D", ...}`), in two layouts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import torch.nn.functional as F
from torch import Tensor

from inpaint_zoo.models.conversion import StateDict, network_state, rename_strictly, replace_prefixes

TELLTALE = ("pmconv", "stage2.ca_conv1.")
"""Names that begin with one of these are those of no other model's published files."""
SYMMETRIC = "stage2."
"""Names that begin with this are those of the symmetric network."""
UNUSED = ("stage2.contextual_attention.fuse_weight",)
"""The sum along a diagonal, a constant that some files hold."""

_ATROUS = [f"{number}_atrous" for number in range(7, 11)]
_ENCODER = ["1", "2_downsample", "3", "4_downsample", "5", "6"]
_DECODER = ["11", "12", "13_upsample", "14", "15_upsample", "16", "17"]
_DOWN = ["down_block1.conv1_downsample", "down_block1.conv2", "down_block2.conv1_downsample", "down_block2.conv2"]
_UP = ["up_block1.conv1_upsample", "up_block1.conv2", "up_block2.conv1_upsample", "up_block2.conv2", "conv_to_rgb"]
_PARTS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "coarse": (
        [f"conv{name}" for name in (*_ENCODER, *_ATROUS, *_DECODER)],
        [f"stage1.{name}" for name in ("conv1", *_DOWN, *(f"conv_bn{number}" for number in range(1, 8)), *_UP)],
    ),
    "refinement.dilated": (
        [f"xconv{name}" for name in (*_ENCODER, *_ATROUS)],
        [f"stage2.conv_{name}" for name in ("conv1", *_DOWN, *(f"conv_bn{number}" for number in range(1, 6)))],
    ),
    "refinement.before_attention": (
        [f"pmconv{name}" for name in _ENCODER],
        [f"stage2.ca_{name}" for name in ("conv1", *_DOWN, "conv_bn1")],
    ),
    "refinement.after_attention": (["pmconv9", "pmconv10"], ["stage2.ca_conv_bn4", "stage2.ca_conv_bn5"]),
    "refinement.decoder": (
        [f"allconv{name}" for name in _DECODER],
        [f"stage2.{name}" for name in ("conv_bn6", "conv_bn7", *_UP)],
    ),
}
"""Our sequences of layers: their names in both layouts, in order."""
_GENERATOR = {
    f"{name}.conv.{'conv.' if name.endswith('_upsample') else ''}": f"{part}.{number}."
    for part, layouts in _PARTS.items()
    for names in layouts
    for number, name in enumerate(names)
}
_DISCRIMINATOR = re.compile(r"conv(\d)\.conv_sn\.(weight_u|weight_v|weight|bias)")
_SPECTRAL = {
    "weight": "parametrizations.weight.original",
    "weight_u": "parametrizations.weight.0._u",
    "weight_v": "parametrizations.weight.0._v",
    "bias": "bias",
}

generator_name = replace_prefixes(_GENERATOR)
"""Our name of an entry of a published generator of either layout."""


def discriminator_name(name: str) -> str:
    """Our name of an entry of a published discriminator."""
    found = _DISCRIMINATOR.fullmatch(name)
    return name if found is None else f"convolutions.{int(found[1]) - 1}.{_SPECTRAL[found[2]]}"


def implied_network(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of the network that a published file determines.

    Weights with the authors' names were trained by their TensorFlow code, on images in BGR order; those with the other
    names were fine-tuned from these in PyTorch, on RGB.
    """
    symmetric = any(name.startswith(SYMMETRIC) for name in _generator(checkpoint))
    resampling, channels = ("symmetric", "rgb") if symmetric else ("tensorflow", "bgr")
    return {"resampling": resampling, "fusion": True, "channels": channels}


def convert(checkpoint: Mapping[str, Any], expected: Mapping[str, Tensor]) -> StateDict:
    """Convert a published file, or its generator alone, to a state dict of `DeepFillv2Network`.

    Args:
        checkpoint: The content of the file.
        expected: The state dict of the network that will load the result.

    Raises:
        InputError: Entries are missing or left over.
    """
    return rename_strictly(_generator(checkpoint), generator_name, expected, unused=UNUSED)


def convert_discriminator(checkpoint: Mapping[str, Any], expected: Mapping[str, Tensor]) -> StateDict:
    """Convert a published file to a state dict of `SNPatchDiscriminator`; arguments as for `convert`.

    A file holds the left singular vector as a column, and not the right one. The order of the colours is the file's.
    """
    state = network_state(checkpoint, "discriminator", "D")
    for name in [name for name in state if name.endswith(".weight_u")]:
        u, weight = state[name].flatten(), state[name.removesuffix("_u")].flatten(1)
        state |= {name: u, f"{name.removesuffix('u')}v": F.normalize(weight.T @ u, dim=0)}
    return rename_strictly(state, discriminator_name, expected)


def _generator(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    return network_state(checkpoint, "generator", "G")
