"""`last.ckpt`, from which an interrupted training resumes exactly."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Checkpoint

from inpaint_zoo.errors import Stopped
from inpaint_zoo.training.callbacks.last_step import is_last_step
from inpaint_zoo.training.callbacks.random_states import random_states, restore_random_states
from inpaint_zoo.training.callbacks.stopping import SIGNALS, StopSignals
from inpaint_zoo.training.loggers.base import RewindingLogger

NAME = "last.ckpt"


class LastCheckpoint(Checkpoint):
    """Write `last.ckpt` in the run folder at set intervals, before validations, after a signal, and at the end.

    It is written at the end of an optimizer step, where Lightning counts steps and batches consistently. A validation
    that was pending at that step is run first when the training resumes, so that it is neither lost nor logged twice.
    After the last step the file is written when the validation has ended: resuming from it leaves nothing to do.

    A signal ends the training with `Stopped` after the current step (with several ranks: as soon as all of them know);
    a second Ctrl-C ends it at once.

    It is a `Checkpoint`, because Lightning calls those after all other callbacks, in their order: the file therefore
    contains what the others, including `BestCheckpoint`, know about a step or a validation.

    Args:
        every: Steps between two writes.
        minutes: Minutes since the last write after which the file is written at the next step.
        agree_every: Steps between two exchanges in which ranks tell each other whether one has received a signal.
        signals: Names of the signals that end the training.
        requeue: The one of them after which SLURM is asked to requeue the job; None for none.

    Raises:
        InputError: There is no such signal.
    """

    def __init__(
        self,
        *,
        every: int = 1000,
        minutes: float = 10,
        agree_every: int = 10,
        signals: Sequence[str] = SIGNALS,
        requeue: str | None = "SIGUSR1",
    ) -> None:
        self.every = every
        self.seconds = 60 * minutes
        self.agree_every = agree_every
        self.signals = StopSignals(signals, requeue)
        self._step = 0
        self._last_write = time.monotonic()
        self._validation_due = False
        self._epoch: int | None = None
        self._steps_from = 1

    def state_dict(self) -> dict[str, Any]:
        """The pending validation, the epoch that it belongs to, the random states, and that steps count from 1."""
        pending = {"validation_due": self._validation_due, "epoch": self._epoch}
        return {**pending, "random": random_states(), "steps_from": self._steps_from}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore what `state_dict` returned."""
        self._validation_due = state_dict["validation_due"]
        self._epoch = state_dict.get("epoch")  # files of earlier versions have none
        self._steps_from = state_dict.get("steps_from", 0)  # they logged the first step as step 0
        restore_random_states(state_dict["random"])

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Handle signals, drop what was logged after the checkpoint, and run a pending validation."""
        self.signals.install()
        self._step = trainer.global_step
        self._last_write = time.monotonic()
        logged = trainer.global_step - 1 + self._steps_from
        for logger in trainer.loggers:
            if isinstance(logger, RewindingLogger):
                logger.rewind(logged, validated=not self._validation_due)
        self._steps_from = 1
        trainer.fit_loop.epoch_loop._batches_that_stepped = trainer.global_step
        if self._validation_due:
            _validate(trainer, self._epoch)

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any, **__: Any) -> None:
        """Let loggers count steps from 1, as all else does; Lightning counts from 0, and one too low after resuming."""
        trainer.fit_loop.epoch_loop._batches_that_stepped = trainer.global_step + 1

    def on_train_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any, **__: Any) -> None:
        """Write at the set intervals; stop after a signal."""
        step = trainer.global_step
        if step == self._step:  # gradients are being accumulated
            return
        self._step, self._epoch = step, trainer.current_epoch
        self._validation_due = _validation_follows(trainer)
        late = time.monotonic() - self._last_write > self.seconds
        stop, late = self._any_rank(trainer, self.signals.received is not None, late)
        last = is_last_step(trainer)
        if (step % self.every == 0 or self._validation_due or late or stop or last) and not (
            last and self._validation_due
        ):
            self._write(trainer)
        if stop and not last:
            self._stop(trainer)

    def on_validation_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any, **__: Any) -> None:
        """Stop within a validation, which resuming repeats; several ranks could not agree here, and finish it."""
        if self.signals.received is not None and trainer.world_size == 1 and not is_last_step(trainer):
            self._stop(trainer)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Write after the last validation."""
        self._validation_due = False
        if is_last_step(trainer):
            self._write(trainer)

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Restore the earlier signal handlers."""
        self.signals.restore()

    def _write(self, trainer: pl.Trainer) -> None:
        trainer.save_checkpoint(Path(trainer.default_root_dir) / NAME)
        self._last_write = time.monotonic()

    def _stop(self, trainer: pl.Trainer) -> None:
        name, signum = self.signals.name_and_number()
        if trainer.is_global_zero:
            self.signals.requeue()
        raise Stopped(f"stopped by {name} at step {trainer.global_step}: resume with ckpt_path=last", signum)

    def _any_rank(self, trainer: pl.Trainer, *flags: bool) -> list[bool]:
        """Whether each flag is set on any rank; ranks ask each other only every `agree_every` steps."""
        if trainer.world_size == 1:
            return list(flags)
        if trainer.global_step % self.agree_every:
            return [False] * len(flags)
        return [trainer.strategy.reduce_boolean_decision(flag, all=False) for flag in flags]


def _validation_follows(trainer: pl.Trainer) -> bool:
    """Whether Lightning will validate after the batch that has just ended."""
    loop = trainer.fit_loop
    assert loop._data_fetcher is not None
    return loop.epoch_loop._should_check_val_fx(loop._data_fetcher)


def _validate(trainer: pl.Trainer, epoch: int | None) -> None:
    """Validate as Lightning does between two batches of an epoch, which may have ended with the checkpoint."""
    loop, progress = trainer.fit_loop.epoch_loop.val_loop, trainer.fit_loop.epoch_progress.current
    kept, progress.completed = progress.completed, progress.completed if epoch is None else epoch
    loop.restarting = False
    trainer.validating = True
    loop.run()
    trainer.training = True
    progress.completed = kept
