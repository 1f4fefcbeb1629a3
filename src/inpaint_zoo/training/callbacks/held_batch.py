"""The first batch with a loss that is not finite, and the weights before it, without waiting for the device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytorch_lightning as pl
import torch
from torch import Tensor

from inpaint_zoo.training.callbacks.random_states import random_states

Kind = tuple[tuple[str, torch.Size, torch.dtype], ...]


class _Facts(NamedTuple):
    kind: Kind
    """Names, shapes and types of the batch's tensors."""
    entries: dict[str, Any]
    """What is not on the device: numbers, names of images, random states."""


class HeldBatch:
    """Holds a batch, the weights before it and its losses, of the first batch with a loss that is not finite.

    Whether a loss is finite is known on the device long before anybody reads it. Each batch and the weights before it
    are therefore copied to a place of their own, under a condition that is a tensor: that all losses have been finite
    so far. This takes the memory of the trained weights and of one batch.

    Args:
        module: Training changes its trained weights and its buffers in place.
    """

    def __init__(self, module: pl.LightningModule) -> None:
        self._module = module
        fixed = {name for name, parameter in module.named_parameters() if not parameter.requires_grad}
        state = module.state_dict()
        self._state = {name: value for name, value in state.items() if isinstance(value, Tensor) and name not in fixed}
        self._weights: dict[str, Tensor] = {}
        self._batches: dict[Kind, dict[str, Tensor]] = {}
        self._losses: dict[str, Tensor] = {}
        self._facts: list[_Facts] = []
        self._broken = torch.zeros((), dtype=torch.bool, device=module.device)

    def hold(self, batch: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        """Hold a batch that begins, with what else is known about it; one with a broken loss stays."""
        tensors = {key: value for key, value in batch.items() if isinstance(value, Tensor)}
        others = {key: value for key, value in batch.items() if key not in tensors}
        kind = tuple((key, value.shape, value.dtype) for key, value in tensors.items())
        # by its kind: the last batch of an epoch may be smaller
        self._keep(self._batches.setdefault(kind, {}), tensors)
        self._keep(self._weights, self._state)
        self._facts.append(_Facts(kind, {**facts, "batch": others, "random": random_states()}))

    def judge(self, losses: Mapping[str, Tensor], finite: Tensor) -> None:
        """Take the losses of the batch that was held last, scalars, and whether each is finite, (N,) bool."""
        self._keep(self._losses, losses)
        self._broken = self._broken | ~finite.all()

    def all_are_finite(self) -> None:
        """Somebody has read that no loss so far is broken."""
        kind = self._facts[-1].kind
        self._facts, self._batches = [], {kind: self._batches[kind]}

    def content(self, number: int) -> dict[str, Any]:
        """The batch with the broken loss and all that its losses depend on, on the CPU.

        Args:
            number: Counts batches from the last call of `all_are_finite` on, from 0.
        """
        kind, entries = self._facts[number]
        weights = {**self._module.state_dict(), **self._weights}
        return {
            **entries,
            "batch": {**_on_cpu(self._batches[kind]), **entries["batch"]},
            "state_dict": _on_cpu(weights),
            "losses": {name: float(value) for name, value in self._losses.items()},
        }

    def _keep(self, place: dict[str, Tensor], values: Mapping[str, Tensor]) -> None:
        for name, value in values.items():
            if name in place:
                torch.where(self._broken, place[name], value.detach(), out=place[name])
            else:
                place[name] = value.detach().clone()


def _on_cpu(tensors: Mapping[str, Any]) -> dict[str, Tensor]:
    return {name: value.detach().cpu().clone() for name, value in tensors.items() if isinstance(value, Tensor)}
