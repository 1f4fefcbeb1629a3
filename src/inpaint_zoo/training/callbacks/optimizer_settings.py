"""The optimizer of a training that goes on: of the kind that it began with, with the settings that are given now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytorch_lightning as pl

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.base import InpaintingModule

KINDS_KEY = "inpaint_zoo_optimizer"
"""Entry of a checkpoint: the kind of its optimizer and, where there is one, of its schedule."""


class OptimizerSettings(pl.Callback):
    """Go on with the learning rate and the other settings that are given now, not with those of the checkpoint.

    Under a schedule the rates are those of the schedule. Checkpoints name the kind of the optimizer and of its
    schedule, for `check_same_optimizer`.
    """

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Lightning has restored everything from the checkpoint by now."""
        assert isinstance(pl_module, InpaintingModule)
        kept = {"params", "lr"} if trainer.lr_scheduler_configs else {"params"}
        for optimizer in trainer.optimizers:
            for group, wanted in zip(optimizer.param_groups, pl_module.make_optimizer().param_groups, strict=True):
                group.update({key: value for key, value in wanted.items() if key not in kept})

    def on_save_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Write down the kinds."""
        schedules = [config.scheduler for config in trainer.lr_scheduler_configs]
        checkpoint[KINDS_KEY] = [type(part).__name__ for part in (*trainer.optimizers, *schedules)]


def check_same_optimizer(module: InpaintingModule, checkpoint: Mapping[str, Any]) -> None:
    """Refuse to go on from a checkpoint of a training with another kind of optimizer or schedule.

    Raises:
        InputError: its state would mean nothing to this one's.
    """
    configured: Mapping[str, Any] = module.configure_optimizers()
    schedule = configured.get("lr_scheduler")
    parts = [configured["optimizer"], *([] if schedule is None else [schedule["scheduler"]])]
    made, stored = [type(part).__name__ for part in parts], checkpoint.get(KINDS_KEY)
    if stored is not None and stored != made:
        raise InputError(
            f"it was trained with {' and '.join(stored)}, this training has {' and '.join(made)}: a training goes "
            "on with the same optimizer and lr_schedule; init_from= begins a new one with its weights"
        )
    if schedule is not None and checkpoint["optimizer_states"]:
        before = [group["initial_lr"] for group in checkpoint["optimizer_states"][0]["param_groups"]]
        if before != [group["lr"] for group in module.make_optimizer().param_groups]:
            raise InputError(
                f"model.optimizer.lr was {before[0]:g}; with an lr_schedule it cannot be changed on the way: "
                "init_from= begins a new training with these weights"
            )
