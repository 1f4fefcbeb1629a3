"""The optimizer of a resumed training: same class as before, with the settings of the current configuration."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.trainer.states import TrainerFn
from torch.optim.lr_scheduler import LRScheduler

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.training.callbacks.resumed_schedule import (
    changed_settings,
    check_length,
    has_ended,
    keep_length,
    restart_schedule,
)

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

    def on_load_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Replace the stored schedule if the configuration has another one, which `check_same_optimizer` allows."""
        if trainer.state.fn is not TrainerFn.FITTING or KINDS_KEY not in checkpoint:
            return
        assert isinstance(pl_module, InpaintingModule)
        configured = pl_module.configure_optimizers()
        schedule, is_other = _schedule(configured), _kinds(configured) != checkpoint[KINDS_KEY]
        if is_other or (schedule is not None and changed_settings(schedule, checkpoint["lr_schedulers"][0])):
            restart_schedule(pl_module, checkpoint)

    def on_save_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Store the class names."""
        schedules = [config.scheduler for config in trainer.lr_scheduler_configs]
        checkpoint[KINDS_KEY] = [type(part).__name__ for part in (*trainer.optimizers, *schedules)]


def check_same_optimizer(
    module: InpaintingModule, checkpoint: Mapping[str, Any], max_steps: int = 0, follows: Collection[str] = ()
) -> None:
    """Refuse to resume from a checkpoint of a training with another class of optimizer or schedule.

    A schedule keeps the length that it began with. One with other settings replaces it, and where it ends before the
    training, any other.

    Args:
        module: Its optimizer and schedule are the configured ones.
        checkpoint: The checkpoint.
        max_steps: The last step of the training.
        follows: Arguments of the configured schedule that follow the length of the training.

    Raises:
        InputError: The stored state does not fit the configured optimizer or schedule, or the schedule is too short.
    """
    configured = module.configure_optimizers()
    schedule = _schedule(configured)
    made, stored = _kinds(configured), checkpoint.get(KINDS_KEY)
    states = checkpoint.get("lr_schedulers", [])
    if stored is not None and stored != made:
        if stored[0] == made[0] and has_ended(states, max_steps):
            _check_new(schedule, max_steps)
            return
        raise InputError(
            f"it was trained with {' and '.join(stored)}, this training has {' and '.join(made)}: resume "
            "with the same optimizer and lr_schedule, or start a new training from these weights with init_from="
        )
    if schedule is None:
        return
    if any(changed_settings(schedule, state) - set(follows) for state in states):
        _check_new(schedule, max_steps)
        return
    _check_same_rate(module, checkpoint)
    for state in states:
        check_length(state, max_steps)
        keep_length(module, state, follows)


def _check_new(schedule: LRScheduler | None, max_steps: int) -> None:
    if schedule is not None:
        check_length(schedule.state_dict(), max_steps)


def _check_same_rate(module: InpaintingModule, checkpoint: Mapping[str, Any]) -> None:
    if not checkpoint["optimizer_states"]:
        return
    before = [group["initial_lr"] for group in checkpoint["optimizer_states"][0]["param_groups"]]
    if before != [group["lr"] for group in module.make_optimizer().param_groups]:
        raise InputError(
            f"model.optimizer.lr was {before[0]:g}; with an lr_schedule it cannot be changed: "
            "start a new training from these weights with init_from="
        )


def _schedule(configured: Mapping[str, Any]) -> LRScheduler | None:
    node = configured.get("lr_scheduler")
    return None if node is None else node["scheduler"]


def _kinds(configured: Mapping[str, Any]) -> list[str]:
    """The class names of the optimizer and of its schedule, if there is one."""
    schedule = _schedule(configured)
    return [type(part).__name__ for part in (configured["optimizer"], *([] if schedule is None else [schedule]))]
