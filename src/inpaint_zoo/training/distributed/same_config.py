"""A check that all ranks of a training have the same configuration."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytorch_lightning as pl
from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime.processes import gather

_NAMED = 3
"""Maximum number of keys that an error message names."""


class SameConfig(pl.Callback):
    """Refuses to start ranks with different configurations.

    Args:
        config: The configuration of this rank.
    """

    def __init__(self, config: DictConfig) -> None:
        self.values = dict(_flat(OmegaConf.to_container(config, resolve=True), ""))

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Compare the configurations of all ranks.

        Raises:
            InputError: They differ; raised on every rank.
        """
        text = json.dumps(self.values, sort_keys=True, default=str)
        if len(set(gather([hashlib.sha256(text.encode()).hexdigest()]))) > 1:
            raise InputError(differences(gather([self.values])))


def differences(configs: Sequence[dict[str, str]]) -> str:
    """One line that names the keys in which the configurations of the ranks differ."""
    found = []
    for key in sorted({key for config in configs for key in config}):
        values = [config.get(key, "missing") for config in configs]
        other = next((rank for rank, value in enumerate(values) if value != values[0]), None)
        if other is not None:
            found.append(f"{key} is {values[0]} in process 0 and {values[other]} in process {other}")
    more = f", and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"processes differ in their configuration: {'; '.join(found[:_NAMED])}{more}: start all with one command"


def _flat(node: Any, prefix: str) -> Iterator[tuple[str, str]]:
    children = list(node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ())
    if not children:
        yield prefix.removesuffix("."), json.dumps(node, default=str)
    for key, value in children:
        yield from _flat(value, f"{prefix}{key}.")
