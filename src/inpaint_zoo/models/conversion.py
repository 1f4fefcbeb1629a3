"""Conversion of published weights: from the names of the reference implementations to ours, strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from torch import Tensor

from inpaint_zoo.errors import InputError

StateDict = dict[str, Tensor]

USUAL_ENTRIES = ("state_dict", "model_state_dict", "model")
"""Where training scripts put a network's tensors."""
MAXIMUM_DEPTH = 20
"""A file may hold itself."""
# `features.0` is a second name that the published class gives to its first convolution
_PATCH_DISCRIMINATOR = re.compile(r"(|.+\.)(?:conv(\d)\.0|features\.0)\.weight_(orig|u|v)")
_SPECTRAL_NORM = re.compile(r"(.+)\.weight_(orig|u|v)")
_SPECTRAL = {"orig": "original", "u": "0._u", "v": "0._v"}


def bare_name(name: object) -> str:
    """A name without what torch adds: `module.` before it (several GPUs, averages), `_orig_mod.` in it (compiled)."""
    bare = ".".join(part for part in str(name).split(".") if part != "_orig_mod")
    while bare.startswith("module."):
        bare = bare.removeprefix("module.")
    return bare


def network_state(content: Mapping[str, Any], *entries: str) -> dict[str, Any]:
    """The named tensors of a network, without all that was put around them, in any order and depth.

    Args:
        content: Of a file: the tensors themselves, or a mapping in which an entry holds them.
        entries: Names of the entries that may hold them; the usual ones of training scripts need not be given.
    """
    for _ in range(MAXIMUM_DEPTH):
        content = {bare_name(name): value for name, value in content.items()}
        content.pop("n_averaged", None)
        inner = next((found for entry in (*entries, *USUAL_ENTRIES) if (found := _below(content, entry))), None)
        if inner is None:
            break
        content = inner
    return dict(content)


def _below(content: Mapping[str, Any], entry: str) -> Mapping[str, Any]:
    """What an entry holds, as a mapping of its own or as names that begin with it; may be empty."""
    if isinstance(content.get(entry), Mapping):
        inner: Mapping[str, Any] = content[entry]
        return inner
    start = f"{entry}."
    return {name.removeprefix(start): value for name, value in content.items() if name.startswith(start)}


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
        InputError: Entries are missing, left over, of another shape, or whole numbers; the message names them.
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
    kinds = [name for name, value in expected.items() if not _has_its_kind(renamed[name], value)]
    if kinds:
        raise InputError(f"{_few('without values of their type', kinds)}: save the weights as floats, as in training")
    return {name: renamed[name] for name in expected}


def _has_its_kind(value: Tensor, expected: Tensor) -> bool:
    return value.is_floating_point() == expected.is_floating_point() and not value.is_meta


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
    return spectral_norm_name(f"{place}convolutions.{int(layer) - 1}.weight_{kind}")


def spectral_norm_name(name: str) -> str:
    """Our name of an entry of a spectrally normalised weight; other names are unchanged."""
    found = _SPECTRAL_NORM.fullmatch(name)
    return name if found is None else f"{found[1]}.parametrizations.weight.{_SPECTRAL[found[2]]}"


def _few(title: str, names: list[str]) -> str:
    if not names:
        return f"none {title}"
    return f"{len(names)} {title} ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})"
