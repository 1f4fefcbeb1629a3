"""Logging of the loss and its terms."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
import torch

from inpaint_zoo.training.callbacks.telemetry import telemetry_of


class LossLog(pl.Callback):
    """Log `train/loss`, each unweighted term as `train/NAME`, and `train/lr`, every `trainer.log_every_n_steps` steps.

    `train/lr` is the learning rate that this step of the network's optimizer has used. With a `Telemetry` before it,
    also the norms of the gradients of this step, `train/grad_norm/PART`, and since the last logged step or validation
    `train/images_per_second` of all processes, and `train/data_wait`, the share of the time, from 0 to 1, in which this
    process waited for data.

    With accumulated gradients, the values are those of the last batch of a step. They are also put into
    `trainer.callback_metrics`, for callbacks that monitor them.

    It precedes all callbacks but `Telemetry`: the values are logged before they end the batch, and are therefore on
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
        telemetry = telemetry_of(trainer)
        norms = {} if telemetry is None else telemetry.gradient_norms
        terms = {"loss": outputs["total"], **outputs["terms"]} | {f"grad_norm/{part}": norms[part] for part in norms}
        values = torch.stack([value.float() for value in terms.values()]).cpu()  # waits for the device once
        logged = {f"train/{name}": value for name, value in zip(terms, values, strict=True)}
        trainer.callback_metrics.update(logged)
        speed = None if telemetry is None else telemetry.pace.lap()
        pace = {} if speed is None else {f"train/{name}": value for name, value in speed._asdict().items()}
        numbers = {name: value.item() for name, value in logged.items()} | {"train/lr": self._rate} | pace
        for logger in trainer.loggers:
            logger.log_metrics({**numbers, "epoch": trainer.current_epoch}, self._step)
            logger.save()
