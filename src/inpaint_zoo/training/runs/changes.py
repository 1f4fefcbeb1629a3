"""What differs between two configurations of a training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.training.runs.result import OF_THE_COMMAND

_MISSING = "nothing"


def changes(before: DictConfig, now: DictConfig) -> dict[str, tuple[Any, Any]]:
    """The keys in which a configuration differs from a stored one, with both values; the keys of `now` come first."""
    # as stored, it is resolved: a path may contain `${`
    theirs = _flat(OmegaConf.to_container(before))
    ours = _flat(OmegaConf.to_container(now, resolve=True))
    pairs = {key: (theirs.get(key, _MISSING), ours.get(key, _MISSING)) for key in [*ours, *theirs]}
    return {key: pair for key, pair in pairs.items() if key not in OF_THE_COMMAND and pair[0] != pair[1]}


def _flat(node: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(node, Mapping) or not node:
        return {prefix.rstrip("."): node}
    return {name: value for key, inner in node.items() for name, value in _flat(inner, f"{prefix}{key}.").items()}
