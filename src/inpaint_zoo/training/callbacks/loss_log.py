"""Logging of the loss and its terms."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
import torch


class LossLog(pl.Callback):
    """Log `train/loss`, each unweighted term as `train/NAME`, and `train/lr`, every `trainer.log_every_n_steps` steps.

    `train/lr` is the learning rate that this step of the network's optimizer has used.

    With accumulated gradients, the values are those of the last batch of a step. They are also put into
    `trainer.callback_metrics`, for callbacks that monitor them.

    This is the first callback: the values are logged before any other callback ends the batch, and are therefore on
    disk before a checkpoint of the step. `LightningModule.log` keeps a metric object for each value and would take
    milliseconds.
    """

    def __init__(self) -> None:
        self._step = 0
        self._rate = 0.0

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Count steps from where the training starts or resumes."""
        self._step = trainer.global_step

    def on_train_batch_start(self, trainer: pl.Trainer, *_: Any, **__: Any) -> None:
        """Read the learning rate before the step changes it."""
        self._rate = float(trainer.optimizers[0].param_groups[0]["lr"])

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, *_: Any, **__: Any
    ) -> None:
        """Log the terms every `trainer.log_every_n_steps` steps."""
        stepped, self._step = trainer.global_step != self._step, trainer.global_step
        if not stepped or self._step % trainer.log_every_n_steps:  # type: ignore[attr-defined]
            return
        terms = {"loss": outputs["total"], **outputs["terms"]}
        values = torch.stack([value.float() for value in terms.values()]).cpu()  # waits for the device once
        logged = {f"train/{name}": value for name, value in zip(terms, values, strict=True)}
        trainer.callback_metrics.update(logged)
        numbers = {name: value.item() for name, value in logged.items()} | {"train/lr": self._rate}
        for logger in trainer.loggers:
            logger.log_metrics({**numbers, "epoch": trainer.current_epoch}, self._step)
            logger.save()
