"""The schedule of a resumed training: the one that it began with, or a new one."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Collection, Mapping
from typing import Any

from torch.optim.lr_scheduler import LRScheduler

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.base import InpaintingModule

_POSITION = {"last_epoch", "_step_count", "_last_lr", "_get_lr_called_within_step", "_is_initial", "base_lrs"}
"""Entries of a schedule's state that say where it is; all others are its settings."""
_LENGTHS = ("T_max", "total_steps", "total_iters")


def check_length(state: Mapping[str, Any], max_steps: int) -> None:
    """Refuse a training that is longer than its schedule.

    Args:
        state: The state of the schedule.
        max_steps: The last step of the training.

    Raises:
        InputError: The schedule has ended before: its rate is 0 from there on, climbs again, or is undefined.
    """
    end = _end(state)
    if end is not None and end < max_steps:
        key = next(name for name in _LENGTHS if name in _settings(state))
        raise InputError(
            f"model.lr_schedule ends at step {end}, this training at step {max_steps}: give a new schedule, such as "
            f"model.lr_schedule.{key}={max_steps} or lr_schedule=constant, or trainer.max_steps={end}"
        )


def has_ended(states: Collection[Mapping[str, Any]], max_steps: int) -> bool:
    """Whether `check_length` refuses the schedule of a checkpoint."""
    return any((_end(state) or max_steps) < max_steps for state in states)


def changed_settings(schedule: LRScheduler, state: Mapping[str, Any]) -> set[str]:
    """The settings in which a schedule differs from a stored state of the same class."""
    stored, settings = _settings(state), _settings(schedule.state_dict())
    return {key for key, value in settings.items() if key in stored and stored[key] != value}


def keep_length(module: InpaintingModule, state: Mapping[str, Any], follows: Collection[str]) -> None:
    """Let a schedule keep the length that it began with, where the configuration says that of the training.

    Args:
        module: Its schedule is changed.
        state: The stored state of the schedule.
        follows: Arguments of the schedule that follow the length of the training.
    """
    kept = {key: value for key, value in _settings(state).items() if key in follows}
    if kept and module.schedule_factory is not None:
        module.schedule_factory = functools.partial(module.schedule_factory, **kept)


def restart_schedule(module: InpaintingModule, checkpoint: dict[str, Any]) -> None:
    """Replace the schedule in a checkpoint by the configured one, as if the training had had it from its first step."""
    configured: Mapping[str, Any] = module.configure_optimizers()
    schedules = [configured["lr_scheduler"]["scheduler"]] if "lr_scheduler" in configured else []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the optimizer takes no steps
        for schedule in schedules:
            for _ in range(checkpoint["global_step"]):
                schedule.step()
    checkpoint["lr_schedulers"] = [schedule.state_dict() for schedule in schedules]
    (stored,) = checkpoint["optimizer_states"]
    for group, made in zip(stored["param_groups"], configured["optimizer"].param_groups, strict=True):
        group.update({key: made[key] for key in ("lr", "initial_lr") if key in made})


def _settings(state: Mapping[str, Any]) -> dict[str, Any]:
    # those of `LambdaLR` are in its functions, all of which are alike here
    own = next(iter(state.get("lr_lambdas") or ()), None) or {}
    return {key: value for key, value in state.items() if key not in _POSITION and key != "lr_lambdas"} | own


def _end(state: Mapping[str, Any]) -> int | None:
    """The step from which a schedule has no useful rate; None if there is none."""
    settings = _settings(state)
    if "total_iters" in settings:  # linear and polynomial ones
        return int(settings["total_iters"]) if settings.get("end_factor") == 0 or "power" in settings else None
    return next((int(settings[key]) for key in _LENGTHS if key in settings), None)
