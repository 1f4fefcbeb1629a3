"""`last.ckpt`, from which a training goes on as if nothing had happened."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Checkpoint

from inpaint_zoo.errors import Stopped
from inpaint_zoo.training.callbacks.random_states import random_states, restore_random_states
from inpaint_zoo.training.callbacks.stopping import StopSignals
from inpaint_zoo.training.loggers.csv_file import MetricsCSV

NAME = "last.ckpt"


class LastCheckpoint(Checkpoint):
    """Write `last.ckpt` in the run folder every so many steps and minutes, before validations, at a signal, at the end.

    Written at the end of an optimizer step, where Lightning counts steps and batches consistently. A validation that
    was due there is made up for when training goes on, so that it is neither lost nor logged twice. At the last step
    the file is written after the validation: a training that can go on from it has nothing left to do.

    SIGTERM, SIGUSR1 and Ctrl-C end the training with `Stopped` after the step in which they come (with several
    processes: when all of them know); a second Ctrl-C ends it at once.

    A `Checkpoint`, because Lightning calls those last, in their order: what all other callbacks, the best checkpoint
    before it, know of a step or a validation is in the file.

    Args:
        every: Steps between two writes.
        minutes: Between two writes.
        agree_every: Steps after which several processes ask each other whether one has received a signal.
    """

    def __init__(self, *, every: int, minutes: float, agree_every: int) -> None:
        self.every = every
        self.seconds = 60 * minutes
        self.agree_every = agree_every
        self.signals = StopSignals()
        self._step = 0
        self._last_write = time.monotonic()
        self._validation_due = False

    def state_dict(self) -> dict[str, Any]:
        """What else is needed to go on from a checkpoint."""
        return {"validation_due": self._validation_due, "random": random_states()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up what `state_dict` gave."""
        self._validation_due = state_dict["validation_due"]
        restore_random_states(state_dict["random"])

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Listen to signals; forget what was logged after the checkpoint, and validate where that was due."""
        self.signals.listen()
        self._step = trainer.global_step
        self._last_write = time.monotonic()
        for logger in trainer.loggers:
            if isinstance(logger, MetricsCSV):
                logger.rewind(trainer.global_step, validated=not self._validation_due)
        if self._validation_due:
            _validate(trainer)

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any, **__: Any) -> None:
        """Set right what Lightning gives to loggers as the step of a validation; after resuming it can be one less."""
        trainer.fit_loop.epoch_loop._batches_that_stepped = trainer.global_step

    def on_train_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any, **__: Any) -> None:
        """Write when it is time; stop when asked to."""
        step = trainer.global_step
        if step == self._step:  # gradients are being accumulated
            return
        self._step = step
        self._validation_due = _validation_follows(trainer)
        late = time.monotonic() - self._last_write > self.seconds
        stop, late = self._agreed(trainer, self.signals.received is not None, late)
        last = _ends(trainer)
        if (step % self.every == 0 or self._validation_due or late or stop or last) and not (
            last and self._validation_due
        ):
            self._write(trainer)
        if stop and not last:
            self._stop(trainer)

    def on_validation_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any, **__: Any) -> None:
        """Do not finish a validation that is made up for later; several processes have no moment to agree on that."""
        if self.signals.received is not None and trainer.world_size == 1 and not _ends(trainer):
            self._stop(trainer)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Write after the last validation."""
        self._validation_due = False
        if _ends(trainer):
            self._write(trainer)

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Leave signals to whom they belonged."""
        self.signals.ignore()

    def _write(self, trainer: pl.Trainer) -> None:
        trainer.save_checkpoint(Path(trainer.default_root_dir) / NAME)
        self._last_write = time.monotonic()

    def _stop(self, trainer: pl.Trainer) -> None:
        name, signum = self.signals.described()
        if trainer.is_global_zero:
            self.signals.requeue()
        raise Stopped(f"stopped by {name} at step {trainer.global_step}: go on with ckpt_path=last", signum)

    def _agreed(self, trainer: pl.Trainer, *wishes: bool) -> list[bool]:
        """What any of several processes wishes; they look up from their work now and then only."""
        if trainer.world_size == 1:
            return list(wishes)
        if trainer.global_step % self.agree_every:
            return [False] * len(wishes)
        return [trainer.strategy.reduce_boolean_decision(wish, all=False) for wish in wishes]


def _ends(trainer: pl.Trainer) -> bool:
    """Whether the step that has just ended is the last one."""
    in_last_epoch = trainer.max_epochs == trainer.current_epoch + 1
    return trainer.global_step == trainer.max_steps or trainer.should_stop or (in_last_epoch and trainer.is_last_batch)


def _validation_follows(trainer: pl.Trainer) -> bool:
    """Whether Lightning is going to validate after the batch that has just ended."""
    loop = trainer.fit_loop
    assert loop._data_fetcher is not None
    return loop.epoch_loop._should_check_val_fx(loop._data_fetcher)


def _validate(trainer: pl.Trainer) -> None:
    """Validate as Lightning does between two batches."""
    loop = trainer.fit_loop.epoch_loop.val_loop
    loop.restarting = False
    trainer.validating = True
    loop.run()
    trainer.training = True
