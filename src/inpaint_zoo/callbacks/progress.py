"""One progress bar for a whole training, counted in steps."""

from __future__ import annotations

import time
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import ProgressBar
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

REFRESH_SECONDS = 0.5


class StepProgress(ProgressBar):
    """Steps done, pictures per second, time left and the loss, at 80 columns.

    The loss is read from the device at most every half second, so that training does not wait for it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._progress: Progress | None = None
        self._enabled = True
        self._task = TaskID(0)
        self._shown_at = self._started_at = 0.0
        self._num_images = 0

    def enable(self) -> None:
        """Show a bar from the next start on."""
        self._enabled = True

    def disable(self) -> None:
        """Show none; Lightning asks for it on all processes but the first."""
        self._enabled = False

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Show the bar."""
        super().on_train_start(trainer, pl_module)
        if not self._enabled:
            return
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[rate]} {task.fields[loss]}"),
        )
        self._progress.start()
        total = trainer.max_steps if trainer.max_steps > 0 else None
        name = type(pl_module).__name__
        self._task = self._progress.add_task(name, total=total, completed=trainer.global_step, rate="", loss="")
        self._started_at, self._num_images = time.monotonic(), 0

    def on_train_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *args: Any, **kwargs: Any) -> None:
        """Count a step; show it when the last time is half a second ago."""
        batch = kwargs.get("batch", args[1] if len(args) > 1 else None)
        self._num_images += len(batch["image"]) if batch else 0
        now = time.monotonic()
        last = trainer.global_step == trainer.max_steps
        if self._progress is None or (now - self._shown_at < REFRESH_SECONDS and not last):
            return
        self._shown_at = now
        loss = trainer.callback_metrics.get("train/loss")
        self._progress.update(
            self._task,
            completed=trainer.global_step,
            rate=f"{self._num_images / max(now - self._started_at, 1e-9):.1f} images/s",
            loss="" if loss is None else f"loss {loss.item():.4g}",
        )

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Leave the finished bar in the terminal."""
        self._stop()

    def on_exception(self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException) -> None:
        """Give the terminal back."""
        self._stop()

    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
