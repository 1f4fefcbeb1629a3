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


def optional_ema(decay: float | None = None) -> EMA | None:
    """An `EMA`, or None if `decay` is None: the callback is then left out."""
    return None if decay is None else EMA(decay=decay)


class EMA(pl.Callback):
    """Keep `average = decay · average + (1 - decay) · weights` of the network, taken after every step.

    It averages the parameters and the running statistics of batch normalisation, so that both belong to about the same
    steps; counters are copied. Other modules that are trained, such as a discriminator, are not averaged. Validation
    uses the average. In checkpoints, `state_dict` holds the average in place of the network's weights, and
    `current_model_state` the weights that are being trained. The callback never waits for the device.

    It must precede the callbacks that write checkpoints or validate.

    Args:
        decay: Between 0 and 1: the average covers about the last 1 / (1 - `decay`) steps.

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
        """Discard the average of an earlier training."""
        self._average, self._weights = {}, {}

    def on_load_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Restore the average of a checkpoint; without one, start from the weights there."""
        state: Mapping[str, Tensor] = checkpoint.get(AVERAGED_KEY, checkpoint["state_dict"])
        self._average = {key.removeprefix(NETWORK): value for key, value in state.items() if key.startswith(NETWORK)}

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Without a restored average, start from the network's weights."""
        self._step = trainer.global_step
        # these tensors share memory with the network, whose weights training changes in place
        self._weights = pl_module.network.state_dict()  # type: ignore[union-attr]
        stored = self._average or self._weights
        self._average = {key: stored[key].to(value.device, copy=True) for key, value in self._weights.items()}

    @torch.no_grad()
    def on_train_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any, **__: Any) -> None:
        """Update the average after each optimizer step; with accumulation, a step takes several batches."""
        if trainer.global_step == self._step:
            return
        self._step = trainer.global_step
        self._update(self._floating(self._average), self._floating(self._weights), self._step)
        for key, value in self._weights.items():
            if not value.is_floating_point():
                self._average[key].copy_(value)

    def on_validation_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Validate with the average."""
        self._swap()

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Put the trained weights back."""
        self._swap()

    def on_save_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Save the average and the trained weights."""
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
