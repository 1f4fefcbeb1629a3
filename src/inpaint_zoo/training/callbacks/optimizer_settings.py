"""The optimizer of a resumed training: same class as before, with the settings of the current configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytorch_lightning as pl

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.base import InpaintingModule

KINDS_KEY = "inpaint_zoo_optimizer"
"""Entry of a checkpoint: the class names of its optimizer and of its schedule, if there is one."""


class OptimizerSettings(pl.Callback):
    """Resume with the learning rate and other settings of the current configuration, not those of the checkpoint.

    With a schedule, the learning rates are those of the schedule. Checkpoints name the classes of the optimizer and of
    its schedule, for `check_same_optimizer`.
    """

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Replace the settings that Lightning has restored from the checkpoint."""
        assert isinstance(pl_module, InpaintingModule)
        kept = {"params", "lr"} if trainer.lr_scheduler_configs else {"params"}
        for optimizer in trainer.optimizers:
            for group, wanted in zip(optimizer.param_groups, pl_module.make_optimizer().param_groups, strict=True):
                group.update({key: value for key, value in wanted.items() if key not in kept})

    def on_save_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Store the class names."""
        schedules = [config.scheduler for config in trainer.lr_scheduler_configs]
        checkpoint[KINDS_KEY] = [type(part).__name__ for part in (*trainer.optimizers, *schedules)]


def check_same_optimizer(module: InpaintingModule, checkpoint: Mapping[str, Any]) -> None:
    """Refuse to resume from a checkpoint of a training with another class of optimizer or schedule.

    Raises:
        InputError: The stored state does not fit the configured optimizer or schedule.
    """
    configured: Mapping[str, Any] = module.configure_optimizers()
    schedule = configured.get("lr_scheduler")
    parts = [configured["optimizer"], *([] if schedule is None else [schedule["scheduler"]])]
    made, stored = [type(part).__name__ for part in parts], checkpoint.get(KINDS_KEY)
    if stored is not None and stored != made:
        raise InputError(
            f"it was trained with {' and '.join(stored)}, this training has {' and '.join(made)}: resume "
            "with the same optimizer and lr_schedule, or start a new training from these weights with init_from="
        )
    if schedule is not None and checkpoint["optimizer_states"]:
        before = [group["initial_lr"] for group in checkpoint["optimizer_states"][0]["param_groups"]]
        if before != [group["lr"] for group in module.make_optimizer().param_groups]:
            raise InputError(
                f"model.optimizer.lr was {before[0]:g}; with an lr_schedule it cannot be changed: "
                "start a new training from these weights with init_from="
            )
