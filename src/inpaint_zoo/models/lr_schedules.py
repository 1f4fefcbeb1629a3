"""Learning-rate schedules that torch does not offer as one; times are steps of the optimizer."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from inpaint_zoo.errors import InputError


def warmup_cosine(
    optimizer: Optimizer, *, warmup_steps: int = 1000, total_steps: int, end_factor: float = 0.0
) -> LambdaLR:
    """Linear warm-up, then half a cosine down (Loshchilov and Hutter, 2017, equation 5).

    The rate of step t (from 0) is that of the optimizer times (t + 1) / `warmup_steps`, and after the warm-up times
    `end_factor` + (1 - `end_factor`) · (1 + cos(π · progress)) / 2.

    Args:
        optimizer: The learning rate of each of its groups is the highest one.
        warmup_steps: Steps until the highest rate; 0 starts with it.
        total_steps: Steps until the lowest rate, which is then kept.
        end_factor: The lowest rate divided by the highest.

    Raises:
        InputError: The warm-up is not shorter than the training.
    """
    if total_steps <= warmup_steps:
        raise InputError(
            f"model.lr_schedule: warmup_steps={warmup_steps} and total_steps={total_steps}: the warm-up must be "
            "shorter than the training (trainer.max_steps)."
        )

    return LambdaLR(optimizer, _WarmupCosine(warmup_steps, total_steps, end_factor))


@dataclass
class _WarmupCosine:
    """The factor of a step; its fields are part of the state of the schedule, which therefore keeps its length."""

    warmup_steps: int
    total_steps: int
    end_factor: float

    def __call__(self, step: int) -> float:
        if step < self.warmup_steps:
            return (step + 1) / self.warmup_steps
        progress = min((step - self.warmup_steps) / (self.total_steps - self.warmup_steps), 1.0)
        return self.end_factor + (1 - self.end_factor) * (1 + math.cos(math.pi * progress)) / 2
