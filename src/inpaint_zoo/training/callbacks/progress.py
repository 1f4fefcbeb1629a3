"""The progress of a training: a bar in a terminal, a line per minute elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import ProgressBar
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text
from torch import Tensor

from inpaint_zoo.training.callbacks.pace import Speed
from inpaint_zoo.training.callbacks.telemetry import Telemetry, telemetry_of

REFRESH_SECONDS = 0.5
LINE_SECONDS = 60.0
SHOWN_WAIT = 0.05
"""Share of the time from which on it is shown that a training waits for data. Our choice."""


class StepProgress(ProgressBar):
    """Show finished steps, remaining time, images per second, the loss with its terms, and the norms of the gradients.

    Losses are read from the device only at logged steps, where training waits for it anyway, and at most every half
    second; in between, the last ones are shown. If the output is not a terminal, a plain line is printed every minute
    and at the end. Images per second, the time spent waiting for data (from a twentieth on) and the norms are those of
    the `Telemetry` before it; without one, they are left out.

    Args:
        every: Steps between two logged steps.
    """

    def __init__(self, *, every: int = 10) -> None:
        super().__init__()
        self.every = every
        self._enabled = True
        self._display: _Bar | _Lines | None = None
        self._telemetry: Telemetry | None = None
        self._losses: dict[str, float] = {}
        self._step = 0
        self._read_at = self._shown_at = 0.0

    def enable(self) -> None:
        """Show progress from the next start of a training."""
        self._enabled = True

    def disable(self) -> None:
        """Show nothing; Lightning calls this on all ranks but the first."""
        self._enabled = False

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Show the bar."""
        super().on_train_start(trainer, pl_module)
        if not self._enabled:
            return
        console = Console()
        total = trainer.max_steps if trainer.max_steps > 0 else None
        kind = _Bar if console.is_terminal else _Lines
        self._display = kind(console, type(pl_module).__name__, trainer.global_step, total)
        self._telemetry, self._losses, self._step = telemetry_of(trainer), {}, trainer.global_step
        self._read_at = self._shown_at = 0.0

    def on_train_batch_end(  # noqa: D102 (shaped by Lightning)
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        if self._display is None:
            return
        now = time.monotonic()
        step, last = trainer.global_step, trainer.global_step == trainer.max_steps
        is_logged = step != self._step and (step % self.every == 0 or last)
        self._step = step
        if is_logged and (now - self._read_at >= REFRESH_SECONDS or last):
            self._read_at, self._losses = now, _losses(outputs, self._norms())
        if now - self._shown_at >= REFRESH_SECONDS or last:
            self._shown_at = now
            speed = None if self._telemetry is None else self._telemetry.pace.recent()
            self._display.show(step, speed, self._losses)

    def on_validation_batch_end(  # noqa: D102, PLR0917 (shaped by Lightning)
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        if self._display is not None:
            self._display.validating(batch_idx + 1, trainer.num_val_batches[dataloader_idx])

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Show the losses again."""
        if self._display is not None:
            self._display.show(trainer.global_step, None, self._losses)

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Stop; the finished bar stays in the terminal."""
        self._stop()

    def on_exception(self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException) -> None:
        """Stop, so that the terminal is usable again."""
        self._stop()

    def _norms(self) -> Mapping[str, Tensor]:
        return {} if self._telemetry is None else self._telemetry.gradient_norms

    def _stop(self) -> None:
        if self._display is not None:
            self._display.stop()
            self._display = None


def _losses(outputs: Mapping[str, Any], norms: Mapping[str, Tensor]) -> dict[str, float]:
    """The loss, its terms, and the norms of the gradients, read from the device at once."""
    tensors = {"loss": outputs["loss"].detach(), **outputs.get("terms", {})}
    tensors |= {f"{_GRADIENT}{part}": norm for part, norm in norms.items()}
    values = torch.stack([tensor.float() for tensor in tensors.values()]).tolist()
    return dict(zip(tensors, values, strict=True))


_GRADIENT = "gradient/"


def _text(losses: Mapping[str, float]) -> str:
    terms = [f"{name} {value:.4g}" for name, value in losses.items() if not name.startswith(_GRADIENT)]
    norms = "/".join(f"{value:.2g}" for name, value in losses.items() if name.startswith(_GRADIENT))
    return "  ".join([*terms, *([f"gradient {norms}"] if norms else [])])


def _pace(speed: Speed) -> str:
    waits = f"  waits {100 * speed.data_wait:.0f} %" if speed.data_wait >= SHOWN_WAIT else ""
    return f"{speed.images_per_second:.1f} images/s{waits}"


class _Bar(Progress):
    """In a terminal: a bar, and the losses below it."""

    def __init__(self, console: Console, name: str, step: int, total: int | None) -> None:
        self._below = Text(style="dim")
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[rate]}"),
            console=console,
            expand=True,
        )
        self._task: TaskID = self.add_task(name, total=total, completed=step, rate="")
        self.start()

    def get_renderables(self) -> Iterable[RenderableType]:
        """The bar, and the line below it."""
        yield from super().get_renderables()
        if self._below.plain:
            yield self._below

    def show(self, step: int, speed: Speed | None, losses: Mapping[str, float]) -> None:
        """Update everything; if the speed is None, the last one stays."""
        fields: dict[str, Any] = {} if speed is None else {"rate": _pace(speed)}
        self._below.plain = _text(losses).replace(" ", "\N{NO-BREAK SPACE}").replace("\N{NO-BREAK SPACE}" * 2, "  ")
        self.update(self._task, completed=step, **fields)

    def validating(self, number: int, total: int | float) -> None:
        """Show the progress of a validation."""
        self._below.plain = f"validation: batch {number} of {total}"


class _Lines:
    """Without a terminal: a line every minute, and one at the end."""

    def __init__(self, console: Console, name: str, step: int, total: int | None) -> None:
        self._name, self._total = name, total
        self._start, self._started_at = step, time.monotonic()
        self._printed_at = self._started_at
        self._line, self._step, self._printed_step = "", step, -1

    def show(self, step: int, speed: Speed | None, losses: Mapping[str, float]) -> None:
        """Remember the current line, and print it every minute."""
        now = time.monotonic()
        if step != self._printed_step and (speed is not None or step != self._step or not self._line):
            self._line, self._step = self._compose(step, now - self._started_at, speed, losses), step
        if self._line and now - self._printed_at >= LINE_SECONDS:
            self._print(now)

    def validating(self, number: int, total: int | float) -> None:
        """Print nothing: too much detail for a log."""

    def stop(self) -> None:
        """Print the last line."""
        if self._line:
            self._print(time.monotonic())

    def _compose(self, step: int, seconds: float, speed: Speed | None, losses: Mapping[str, float]) -> str:
        parts = [f"{self._name} step {step}" + (f"/{self._total}" if self._total else "")]
        done = step - self._start
        if self._total and done > 0 and step < self._total:
            parts.append(f"{timedelta(seconds=round(seconds / done * (self._total - step)))} left")
        if speed is not None:
            parts.append(_pace(speed))
        return "  ".join([*parts, _text(losses)])

    def _print(self, now: float) -> None:
        print(self._line, flush=True)
        self._printed_at, self._printed_step, self._line = now, self._step, ""
