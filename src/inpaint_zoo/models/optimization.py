"""The weighted loss, optimizers with several parameter groups, their schedules, and clipping per group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from pytorch_lightning.utilities.types import OptimizerConfig, OptimizerLRSchedulerConfig
from torch import Tensor
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from inpaint_zoo.checks import as_given, is_finite
from inpaint_zoo.errors import InputError

OptimizerFactory = Callable[[list[dict[str, Any]]], Optimizer]
ScheduleFactory = Callable[[Optimizer], LRScheduler]

CLIPPING: Mapping[str, Callable[[list[Tensor], float], object]] = {"norm": clip_grad_norm_, "value": clip_grad_value_}
"""The ways of clipping by the name that a configuration uses."""


def weighted_sum(terms: Mapping[str, Tensor], weights: Mapping[str, float], owner: str) -> Tensor:
    """The loss: each term, a scalar, times its weight.

    Args:
        terms: By name.
        weights: By the same names; a term with weight 0 may be missing.
        owner: The class that computes the terms, for the message.

    Raises:
        InputError: A weight has no term, or there is no term.
    """
    for name, weight in weights.items():
        if weight != 0 and name not in terms:
            raise InputError(f"model.loss_weights.{name}: {owner} has no such term; remove it.")
    if not terms:
        raise InputError(f"model.loss_weights: all are 0, so that {owner} learns nothing: give one of them a weight")
    return torch.stack([weights[name] * term for name, term in terms.items()]).sum()


def make_optimizer(factory: OptimizerFactory | None, groups: Sequence[Mapping[str, Any]], owner: str) -> Optimizer:
    """One optimizer over all parameter groups.

    Args:
        factory: From parameter groups to an optimizer.
        groups: Each may hold an `lr_scale`, its factor on the learning rate.
        owner: The class of the model, for the message.

    Raises:
        InputError: There is no factory, an `lr_scale` is negative, or the optimizer refuses its arguments.
    """
    if factory is None:
        raise InputError(f"{owner} was built without an optimizer; give optimizer= to train it.")
    for scale in (group["lr_scale"] for group in groups if "lr_scale" in group):
        if not is_finite(scale) or scale < 0:
            raise InputError(f"model.discriminator_lr_scale={as_given(scale)} must be a number from 0 on")
    plain = [{key: value for key, value in group.items() if key != "lr_scale"} for group in groups]
    try:
        optimizer = factory(plain)
    except (ValueError, TypeError, IndexError) as error:  # from the checks of its arguments
        raise InputError(f"model.optimizer: {error}") from error
    for made, group in zip(optimizer.param_groups, groups, strict=True):
        made["lr"] = group.get("lr_scale", 1.0) * made["lr"]
    return optimizer


def with_schedule(
    optimizer: Optimizer, factory: ScheduleFactory | None
) -> OptimizerConfig | OptimizerLRSchedulerConfig:
    """An optimizer and the schedule of its learning rates, which advances with every step, in Lightning's format.

    Raises:
        InputError: The schedule refuses its arguments, or does not count steps.
    """
    if factory is None:
        return {"optimizer": optimizer}
    for key, value in getattr(factory, "keywords", {}).items():
        if isinstance(value, int) and (value < 0 or (key == "T_max" and value == 0)):  # trainer.max_steps=-1
            raise InputError(f"model.lr_schedule.{key}={value}: give a number of steps (or trainer.max_steps).")
    try:
        schedule = factory(optimizer)
    except (ValueError, TypeError, IndexError, ZeroDivisionError) as error:
        raise InputError(f"model.lr_schedule: {error}") from error
    if isinstance(schedule, ReduceLROnPlateau):
        raise InputError("model.lr_schedule: ReduceLROnPlateau follows a metric; give one that counts steps.")
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def clip_each_group(optimizer: Optimizer, limit: float | None, algorithm: str | None) -> None:
    """Clip each parameter group separately, so that large gradients in one do not affect the others.

    Args:
        optimizer: Its parameters have gradients.
        limit: Largest norm of a group's gradients, or largest value of a single one; None and 0 do not clip.
        algorithm: A key of `CLIPPING`; None means `norm`.
    """
    if limit:
        for group in optimizer.param_groups:
            CLIPPING[algorithm or "norm"](group["params"], limit)
