"""Names of MADF's published checkpoints (`{"n_iter", "model"}`, which hold the loss network too)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from inpaint_zoo.models.conversion import (
    StateDict,
    network_state,
    rename_strictly,
    replace_prefixes,
)

TELLTALE = "filter_gen_"
"""Names that begin with this are those of no other model's published files."""
LOSS_NETWORK = "extractor."
"""The loss network inside published files, VGG16 up to its third pooling."""
UNUSED_NORMALIZATION = "enc_conv_{level}.bn."
"""Batch normalisations of the encoder that the published network builds and never runs."""


def implied_network(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of the network that a published file determines: none."""
    return {}


def convert(checkpoint: Mapping[str, Any], expected: Mapping[str, Tensor]) -> StateDict:
    """Convert a published file, or its generator alone, to a state dict of `MADFNetwork`.

    Args:
        checkpoint: The content of the file.
        expected: The state dict of the network that will load the result.

    Raises:
        InputError: Entries are missing or left over.
    """
    state = network_state(checkpoint)
    num_levels = sum(name.startswith("encoder.skips.") and name.endswith(".weight") for name in expected)
    unused = [LOSS_NETWORK, *(UNUSED_NORMALIZATION.format(level=level) for level in range(1, num_levels + 1))]
    state = _with_filter_banks(state, num_levels, expected)
    return rename_strictly(state, replace_prefixes(_prefixes(num_levels)), expected, unused=unused)


def parameter_name(name: str, num_levels: int) -> str:
    """Our name of a parameter of the published generator; weight and bias of a filter prediction become one bank."""
    name = re.sub(r"^(filter_gen_\d+)\.conv1\.0\.(weight|bias)$", r"\1.bank.weight", name)
    return replace_prefixes(_prefixes(num_levels))(name)


def _prefixes(num_levels: int) -> dict[str, str]:
    """Published prefix → ours; decoder blocks count from the bottleneck, published levels from the image."""
    table = {"deconv_1.0.": "recovery.up_image.", "att_conv_1.conv.0.": "recovery.merge_image."}
    for level in range(1, num_levels + 1):
        table[f"filter_gen_{level}.conv.0."] = f"encoder.blocks.{level - 1}.mask_conv."
        table[f"filter_gen_{level}.bank."] = f"{_filter_bank(level)}."
        table[f"enc_up_{level}.0."] = f"encoder.skips.{level - 1}."
    for position, level in enumerate(range(num_levels, 1, -1)):
        block = f"recovery.blocks.{position}"
        table |= {
            f"deconv_{level}.0.": f"{block}.up.",
            f"deconv_{level}.1.": f"{block}.norm.",
            f"att_conv_{level}.conv.0.": f"{block}.merge.",
        }
        for number in (0, 1):
            table |= _refinement_prefixes(f"dec_ref{number}_{level}", f"refinements.{number}.blocks.{position}")
    return table | {f"dec_ref{number}_1.": f"refinements.{number}.to_image." for number in (0, 1)}


def _refinement_prefixes(published: str, ours: str) -> dict[str, str]:
    return {
        f"{published}.deconv.": f"{ours}.up.",
        f"{published}.bn.batch_norm.": f"{ours}.norm.norm.",
        f"{published}.bn.mlp_shared.0.": f"{ours}.norm.shared.",
        f"{published}.bn.mlp_scale.": f"{ours}.norm.scale.",
        f"{published}.bn.mlp_bias.": f"{ours}.norm.shift.",
    }


def _filter_bank(level: int) -> str:
    return f"encoder.blocks.{level - 1}.dynamic_filter.filter_bank"


def _with_filter_banks(state: Mapping[str, Any], num_levels: int, expected: Mapping[str, Tensor]) -> dict[str, Any]:
    """Replace every filter-predicting 1 × 1 convolution (weight and bias) by the bank of `MaskAwareDynamicFilter`.

    Entries that do not fit are left for the strict comparison of names to report.
    """
    state = dict(state)
    for level in range(1, num_levels + 1):
        name, wanted = f"filter_gen_{level}.conv1.0", expected[f"{_filter_bank(level)}.weight"]
        weight, bias = state.get(f"{name}.weight"), state.get(f"{name}.bias")
        if weight is not None and bias is not None and weight.numel() + bias.numel() == wanted.numel():
            del state[f"{name}.weight"], state[f"{name}.bias"]
            state[f"filter_gen_{level}.bank.weight"] = filter_bank(weight, bias, *wanted.shape[1:3])
    return state


def filter_bank(weight: Tensor, bias: Tensor, in_channels: int, kernel_size: int) -> Tensor:
    """The filters W_0 (from the bias), W_1, … W_M of a convolution that predicts filters.

    Args:
        weight: (Cin·k·k·Cout, M, 1, 1), a predicted filter's elements ordered (Cin, ky, kx, Cout).
        bias: (Cin·k·k·Cout,).
        in_channels: Cin.
        kernel_size: k.

    Returns:
        ((M + 1)·Cout, Cin, k, k).
    """
    columns = torch.cat([bias[:, None], weight.flatten(1)], dim=1)
    filters = columns.view(in_channels, kernel_size, kernel_size, -1, columns.shape[1])
    return filters.permute(4, 3, 0, 1, 2).flatten(0, 1).contiguous()
