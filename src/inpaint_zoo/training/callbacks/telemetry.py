"""What a training does with its time, and how large its gradients are."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
from torch import Tensor, nn
from torch.nn.utils import get_total_norm
from torch.optim import Optimizer

from inpaint_zoo.training.callbacks.pace import Pace


class Telemetry(pl.Callback):
    """Measure the pace of a training, and at logged steps the norms of its gradients.

    `LossLog` logs them, `StepProgress` shows them; this callback precedes both. Nothing is read from a device, and the
    training is the same, bit for bit, with and without it.
    """

    def __init__(self) -> None:
        self.pace = Pace()
        """Of this training; the time of validations does not count."""
        self.gradient_norms: dict[str, Tensor] = {}
        """Of the last logged step, see `gradient_norms`."""

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Begin to measure, also how long Lightning waits in its loop for each batch."""
        self.pace, self.gradient_norms = Pace(), {}
        loop = trainer.fit_loop.epoch_loop
        before, after = type(loop)._on_before_fetch, type(loop)._on_after_fetch

        def wait() -> None:
            before(loop)
            self.pace.wait()

        def go_on() -> None:
            self.pace.go_on()
            after(loop)

        # where Lightning's profilers measure the same; no hook of a callback stands there
        loop._on_before_fetch, loop._on_after_fetch = wait, go_on  # type: ignore[method-assign]

    def on_before_optimizer_step(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, optimizer: Optimizer
    ) -> None:
        """Measure the gradients of a step that will be logged: all batches of it, without loss scale, not clipped."""
        if (trainer.global_step + 1) % trainer.log_every_n_steps == 0:  # type: ignore[attr-defined]
            self.gradient_norms = gradient_norms(pl_module)

    def on_train_batch_end(  # noqa: D102 (shaped by Lightning)
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self.pace.count(len(batch["image"]) * trainer.world_size)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Leave out the time of the validation."""
        self.pace.restart()


def gradient_norms(module: nn.Module) -> dict[str, Tensor]:
    """The L2 norm of all gradients in each part of a module; parts without gradients are left out.

    Args:
        module: Such as a network and its discriminator.

    Returns:
        By name of the part, such as `network`, `discriminator`; scalars on the device of the gradients.
    """
    parts: dict[str, list[Tensor]] = {}
    for name, parameter in module.named_parameters():
        if parameter.grad is not None:
            parts.setdefault(name.partition(".")[0], []).append(parameter.grad)
    return {name: get_total_norm(gradients) for name, gradients in parts.items()}


def telemetry_of(trainer: pl.Trainer) -> Telemetry | None:
    """The `Telemetry` among the callbacks of a training; None without one."""
    callbacks: list[pl.Callback] = trainer.callbacks  # type: ignore[attr-defined]  # set in Trainer.__init__
    return next((callback for callback in callbacks if isinstance(callback, Telemetry)), None)
