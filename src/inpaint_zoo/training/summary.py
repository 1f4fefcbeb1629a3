"""The lines that a training prints before it starts and after it has finished."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import pytorch_lightning as pl
import torch

from inpaint_zoo.data import InpaintingDataModule
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.training.callbacks.best_checkpoint import best_checkpoint, best_score
from inpaint_zoo.training.checkpoint_io import LAST
from inpaint_zoo.training.monitor import format_value

_PLAIN = re.compile(r"='([\w./-]+)'$")
"""A quoted value that needs no quotes."""


def start_summary(trainer: pl.Trainer, module: InpaintingModule, data: InpaintingDataModule, folder: Path) -> str:
    """Model, data, steps, device and run folder, one line each."""
    network = sum(parameter.numel() for parameter in module.network.parameters())
    total = sum(parameter.numel() for parameter in module.parameters())
    size, device = "x".join(map(str, data.size)), trainer.strategy.root_device
    device_name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    return "\n".join(
        [
            f"{type(module).__name__}: {network:,} parameters in the network, {total - network:,} outside of it",
            f"{len(data.train_dataset)} training images, {len(data.val_dataset)} validation samples, {size}",
            _steps(trainer, data),
            f"{trainer.precision} on {device_name}",
            f"run folder: {folder}",
        ]
    )


def _steps(trainer: pl.Trainer, data: InpaintingDataModule) -> str:
    processes, accumulated = trainer.world_size, trainer.accumulate_grad_batches
    factors = f"batch {data.batch_size}"
    if processes > 1:
        factors += f" x {processes} processes"
    if accumulated > 1:
        factors += f" x {accumulated} batches"
    length = f"{trainer.max_steps:,} steps" if trainer.max_steps > 0 else f"{trainer.max_epochs} epochs"
    return f"{length} of {data.batch_size * processes * accumulated} images ({factors})"


def end_summary(trainer: pl.Trainer, folder: Path, data: Sequence[str]) -> str:
    """The best validation, its step and its checkpoint, and a command that evaluates it.

    Args:
        trainer: Has finished.
        folder: The run folder.
        data: The overrides that choose the data of the training.
    """
    kept = best_checkpoint(trainer)
    if kept is None:
        checkpoint, result = folder / LAST, f"finished at step {trainer.global_step}"
    else:
        checkpoint = Path(kept.best_model_path)
        step = "" if kept.best_step is None else f" at step {kept.best_step}"
        result = f"best {kept.name} {format_value(best_score(trainer))}{step}"
    plain = [_PLAIN.sub(r"=\1", override) for override in data]
    command = ["inpaint-zoo", "evaluate", f"ckpt={checkpoint}", *plain, f"output={folder / 'evaluation'}"]
    return f"{result}: {checkpoint}\nevaluate it: {shlex.join(command)}"
