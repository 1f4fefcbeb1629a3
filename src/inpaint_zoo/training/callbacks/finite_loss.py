"""Stop a training that has diverged before its last good checkpoint is overwritten."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor

from inpaint_zoo.batch import Batch
from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.training.callbacks.held_batch import HeldBatch
from inpaint_zoo.training.runs.nan_file import NanFile, nan_path, replay_command, write_nan_file

REMEDY = "with a lower model.optimizer.lr, with trainer.gradient_clip_val, or with trainer.precision=32-true"


class FiniteLoss(pl.Callback):
    """Stop when a loss term, or the weights, are not finite.

    For each loss term, the number of the first batch in which it was not finite is kept on the device. It is read only
    every `every` steps and before a checkpoint is written, so that training rarely waits for the device. All ranks read
    it at the same steps and take the same decision. This callback must precede those that write checkpoints.

    The first batch in which a term was not finite, and the weights before it, are kept on the device until then, and
    written to `nan/` below `trainer.default_root_dir` by the process that has seen it; `inpaint-zoo replay` reads it.

    Args:
        every: Steps between two readings.
    """

    def __init__(self, *, every: int = 10) -> None:
        self.every = every
        self._terms: tuple[str, ...] = ()
        self._marks: Tensor | None = None
        self._held: HeldBatch | None = None
        self._batch = self._read_at = self._step = self._saved_at = 0

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Count batches from where the training starts or resumes."""
        self._marks, self._held = None, HeldBatch(pl_module)
        self._batch = self._read_at = trainer.fit_loop.epoch_loop.total_batch_idx + 1
        self._step = self._saved_at = trainer.global_step

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Batch, batch_idx: int
    ) -> None:
        """Hold the batch, and the weights before it."""
        assert self._held is not None
        self._held.hold(batch, {"step": trainer.global_step, "epoch": trainer.current_epoch})

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, *_: Any, **__: Any
    ) -> None:
        """Mark the terms that are not finite; read the marks every `every` steps."""
        terms: Mapping[str, Tensor] = outputs["terms"]
        self._batch += 1
        finite = torch.stack(list(terms.values())).isfinite()
        marks = torch.where(finite, math.inf, float(self._batch - self._read_at))
        self._marks = marks if self._marks is None else torch.minimum(self._marks, marks)
        self._terms = tuple(terms)
        assert self._held is not None
        self._held.judge(terms, finite)
        stepped, self._step = trainer.global_step != self._step, trainer.global_step
        if stepped and self._step % self.every == 0:
            self._read(trainer)

    def on_save_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Refuse to save weights of a training that has diverged.

        Raises:
            InputError: A weight, or a loss term since the last reading, is not finite.
        """
        self._read(trainer)
        finite = torch.stack([parameter.detach().isfinite().all() for parameter in pl_module.parameters()])
        if not _min_over_ranks(trainer, finite.all()[None].float()).item():
            names = [name for name, _ in pl_module.named_parameters()]
            first = next((name for name, good in zip(names, finite.tolist(), strict=True) if not good), "a weight")
            raise InputError(
                f"{first} was not finite after step {trainer.global_step}, though every loss term was: its gradients "
                f"were too large; {self._advice()} {REMEDY}"
            )
        self._saved_at = trainer.global_step

    def _read(self, trainer: pl.Trainer) -> None:
        if self._marks is None:
            return
        assert self._held is not None
        own = self._marks
        marks = _min_over_ranks(trainer, own.clone()).tolist()  # several ranks reduce in place
        before, self._read_at, self._marks = self._read_at, self._batch, None
        first = min(marks)
        if first == math.inf:
            self._held.all_are_finite()
            return
        named = [term for term, mark in zip(self._terms, marks, strict=True) if mark == first]
        terms = f"loss term {named[0]} was" if len(named) == 1 else f"loss terms {', '.join(named)} were"
        number = before + int(first)
        found = f"found after batch {self._batch}, last checked after batch {before}"
        kept = self._keep(trainer, int(first) - 1, number, is_own=bool(own.min() == first))
        raise InputError(f"{terms} not finite in batch {number} ({found}); {self._advice()} {REMEDY}; {kept}")

    def _keep(self, trainer: pl.Trainer, place: int, number: int, *, is_own: bool) -> str:
        """Write the batch in the processes that have seen it, and say how to look at it."""
        folder, written = Path(trainer.default_root_dir), math.inf
        if is_own:
            try:
                write_nan_file(nan_path(folder, trainer.global_rank), self._file(trainer, place, number))
                written = float(trainer.global_rank)
            except InputError as error:  # such as a full disk, which is not why the training ends
                warnings.warn(str(error), InputWarning, stacklevel=2)
        ranks = torch.tensor([written], device=trainer.strategy.root_device)
        first = _min_over_ranks(trainer, ranks).item()
        if first == math.inf:
            return "the batch could not be written"
        return f"look at the batch: {replay_command(nan_path(folder, int(first)))}"

    def _file(self, trainer: pl.Trainer, place: int, number: int) -> NanFile:
        assert self._held is not None
        seed = os.environ.get("PL_GLOBAL_SEED")  # where Lightning keeps it
        return NanFile(
            **self._held.content(place),
            batch_number=number,
            rank=trainer.global_rank,
            seed=None if seed is None else int(seed),
            precision=str(trainer.precision),
            device=str(trainer.strategy.root_device),
        )

    def _advice(self) -> str:
        return (
            f"the checkpoint of step {self._saved_at} is kept: resume"
            if self._saved_at
            else "nothing was saved: start again"
        )


def _min_over_ranks(trainer: pl.Trainer, values: Tensor) -> Tensor:
    """The minimum of each value over all ranks; 1-dimensional."""
    minimum = trainer.strategy.reduce(values, reduce_op="min")
    assert isinstance(minimum, Tensor)
    return minimum
