"""Conversion of published weights: from the names of the reference implementations to ours, strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from torch import Tensor

from inpaint_zoo.errors import InputError

StateDict = dict[str, Tensor]

# `features.0` is a second name that the published class gives to its first convolution
_PATCH_DISCRIMINATOR = re.compile(r"(|.+\.)(?:conv(\d)\.0|features\.0)\.weight_(orig|u|v)")
_SPECTRAL = {"orig": "original", "u": "0._u", "v": "0._v"}


def without_prefix(state: Mapping[str, Any], *prefixes: str) -> dict[str, Any]:
    """Remove from every name the first of `prefixes` that it starts with."""
    return {name.removeprefix(next(filter(name.startswith, prefixes), "")): value for name, value in state.items()}


def rename_strictly(
    state: Mapping[str, Any],
    rename: Callable[[str], str],
    expected: Mapping[str, Tensor],
    *,
    unused: Iterable[str] = (),
) -> StateDict:
    """Rename the tensors of a published state dict to the names of our network.

    Args:
        state: A published state dict.
        rename: From a published name to ours; returns unknown names unchanged.
        expected: Our network's state dict, whose names and shapes must match exactly.
        unused: Prefixes of published entries that the published network never uses.

    Raises:
        InputError: Entries are missing, left over or of another shape; the message names them.
    """
    ignored = tuple(unused)
    renamed = {rename(name): value for name, value in state.items() if not (ignored and name.startswith(ignored))}
    missing = [name for name in expected if name not in renamed]
    left_over = [name for name in renamed if name not in expected]
    shapes = [
        name for name in expected if name in renamed and getattr(renamed[name], "shape", None) != expected[name].shape
    ]
    if missing or left_over or shapes:
        raise InputError(
            f"the weights do not fit this network: {_few('missing', missing)}; {_few('left over', left_over)}; "
            f"{_few('of another shape', shapes)}. Is it the file of another model or of other widths?"
        )
    return {name: renamed[name] for name in expected}


def replace_prefixes(table: Mapping[str, str]) -> Callable[[str], str]:
    """A function that replaces the longest prefix of a name that is in `table`."""
    ordered = sorted(table, key=len, reverse=True)

    def rename(name: str) -> str:
        for prefix in ordered:
            if name.startswith(prefix):
                return table[prefix] + name[len(prefix) :]
        return name

    return rename


def patch_discriminator_name(name: str) -> str:
    """Our name of an entry of a published `PatchDiscriminator`, at any depth; other names are unchanged."""
    found = _PATCH_DISCRIMINATOR.fullmatch(name)
    if found is None:
        return name
    place, layer, kind = found.groups(default="1")
    return f"{place}convolutions.{int(layer) - 1}.parametrizations.weight.{_SPECTRAL[kind]}"


def _few(title: str, names: list[str]) -> str:
    if not names:
        return f"none {title}"
    return f"{len(names)} {title} ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})"
