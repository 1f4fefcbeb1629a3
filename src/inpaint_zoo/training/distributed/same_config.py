"""All processes of a training do the same thing."""

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
"""Keys that a message names, at most."""


class SameConfig(pl.Callback):
    """Refuses to start processes whose configurations differ, which would train together on different things.

    Args:
        config: Of this process.
    """

    def __init__(self, config: DictConfig) -> None:
        self.values = dict(_flat(OmegaConf.to_container(config, resolve=True), ""))

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Compare.

        Raises:
            InputError: They differ; raised by each of them.
        """
        text = json.dumps(self.values, sort_keys=True, default=str)
        if len(set(gather([hashlib.sha256(text.encode()).hexdigest()]))) > 1:
            raise InputError(differences(gather([self.values])))


def differences(configs: Sequence[dict[str, str]]) -> str:
    """One line that names the keys in which the configurations of the processes differ."""
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
