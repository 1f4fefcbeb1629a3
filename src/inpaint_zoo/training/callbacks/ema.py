"""An exponential moving average of the generator's weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.optim.swa_utils import get_ema_multi_avg_fn

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.weights import AVERAGED_KEY, NETWORK, TRAINED_KEY


def optional_average(decay: float | None) -> EMA | None:
    """A `EMA`; None, which leaves the callback out, where there is no `decay`."""
    return None if decay is None else EMA(decay=decay)


class EMA(pl.Callback):
    """Keep `average = decay · average + (1 - decay) · weights` of the network, taken after every step.

    Averaged are the parameters and the running statistics of batch normalisation, which then belong to about the same
    steps; counters are copied. What learns beside the network, such as a discriminator with its spectral norms, is no
    part of it. Validation sees the average. In checkpoints `state_dict` holds it in the place of the network, and
    `current_model_state` everything as it is being trained. The device is never waited for.

    Stands before the callbacks that write checkpoints or validate.

    Args:
        decay: Between 0 and 1: the average reaches about 1 / (1 - `decay`) steps back.

    Raises:
        InputError: `decay` is out of range.
    """

    def __init__(self, *, decay: float) -> None:
        if not 0 < decay < 1:
            raise InputError(f"ema_decay={decay} must lie between 0 and 1, such as 0.999, or be null")
        self._update = get_ema_multi_avg_fn(decay)
        self._average: dict[str, Tensor] = {}
        self._weights: dict[str, Tensor] = {}
        self._step = 0

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Forget an earlier training."""
        self._average, self._weights = {}, {}

    def on_load_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Take up the average of a checkpoint; without one it starts from the weights there."""
        state: Mapping[str, Tensor] = checkpoint.get(AVERAGED_KEY, checkpoint["state_dict"])
        self._average = {key.removeprefix(NETWORK): value for key, value in state.items() if key.startswith(NETWORK)}

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Start from the weights that training starts from."""
        self._step = trainer.global_step
        # these share memory with the network, where training changes them in place
        self._weights = pl_module.network.state_dict()  # type: ignore[union-attr]
        stored = self._average or self._weights
        self._average = {key: stored[key].to(value.device, copy=True) for key, value in self._weights.items()}

    @torch.no_grad()
    def on_train_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any, **__: Any) -> None:
        """Update after a step; with accumulation, several batches end at one."""
        if trainer.global_step == self._step:
            return
        self._step = trainer.global_step
        self._update(self._floating(self._average), self._floating(self._weights), self._step)
        for key, value in self._weights.items():
            if not value.is_floating_point():
                self._average[key].copy_(value)

    def on_validation_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Put the average into the network."""
        self._swap()

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Put the weights back."""
        self._swap()

    def on_save_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Save both."""
        trained = checkpoint["state_dict"]
        averaged = {f"{NETWORK}{key}": value for key, value in self._average.items()}
        checkpoint[TRAINED_KEY], checkpoint["state_dict"] = trained, {**trained, **averaged}

    @staticmethod
    def _floating(state: Mapping[str, Tensor]) -> Sequence[Tensor]:
        return [value for value in state.values() if value.is_floating_point()]

    @torch.no_grad()
    def _swap(self) -> None:
        for key, value in self._weights.items():
            kept = value.clone()
            value.copy_(self._average[key])
            self._average[key].copy_(kept)
