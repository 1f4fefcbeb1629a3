"""Where a training goes on from, and the weights that one begins with."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path

from inpaint_zoo.errors import DamagedFileError, InputError, InputWarning
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.conversion import rename_strictly
from inpaint_zoo.models.weights import (
    MODEL_KEY,
    NETWORK,
    read_checkpoint,
    read_weights,
    refuse_broken_values,
)
from inpaint_zoo.training.callbacks.optimizer_settings import check_same_optimizer
from inpaint_zoo.training.checkpoint_io import LAST, PREVIOUS


def resume_from(ckpt_path: str | None, folder: Path, check: Callable[[Path], None]) -> Path | None:
    """The checkpoint that `ckpt_path` means; None where a training begins.

    A job that SLURM has started again goes on by itself.

    Args:
        ckpt_path: A file, or `last` for `last.ckpt` of `folder`, or for the one before where that is damaged.
        folder: Of the run.
        check: Raises an `InputError` where a training cannot go on from a file, `DamagedFileError` where the file is
            damaged.

    Raises:
        InputError: There is no such file, or it cannot be used.
    """
    last, previous = folder / LAST, folder / PREVIOUS
    requeued = os.environ.get("SLURM_RESTART_COUNT", "0") != "0" and (last.is_file() or previous.is_file())
    if ckpt_path is None and not requeued:
        return None
    path = last if ckpt_path in {None, "last"} else Path(str(ckpt_path))
    if path == last and previous.is_file():
        return _newest_whole(last, previous, check)
    if path.is_dir():
        raise InputError(f"ckpt_path: {path} is a folder: give run_dir={path} ckpt_path=last, or a checkpoint in it.")
    if not path.is_file():
        raise InputError(
            f"ckpt_path: {path} does not exist: give run_dir=DIR of the run to go on with, or a checkpoint."
        )
    check(path)
    return path


def _newest_whole(last: Path, previous: Path, check: Callable[[Path], None]) -> Path:
    try:
        check(last)
    except DamagedFileError as error:
        reason = str(error) if last.exists() else f"{last} is missing."
        try:
            check(previous)
        except DamagedFileError as second:
            raise InputError(
                f"ckpt_path: {reason} {previous}, the checkpoint before it, cannot be read either: begin again in "
                f"another run_dir, with init_from={last.with_name('best.ckpt')} if that is whole"
            ) from second
        warnings.warn(f"{reason} Going on from {previous}, the checkpoint before it.", InputWarning, stacklevel=2)
        return previous
    return last


def check_resumable(path: Path, module: InpaintingModule, max_steps: int) -> None:
    """Refuse a file that the training of a model cannot go on from, before anything is built around it.

    Args:
        path: The file.
        module: What is trained.
        max_steps: Where it is to end.

    Raises:
        InputError: the file is missing, damaged or no checkpoint, holds weights only, those of another model, another
            kind of optimizer or schedule, or more steps.
    """
    checkpoint, model = read_checkpoint(path), module.name
    name = checkpoint.get(MODEL_KEY)
    if name is not None and name != model:
        raise InputError(f"ckpt_path: {path} holds the model {name}, not {model}: give model={name} or another file.")
    if name is None or "optimizer_states" not in checkpoint:
        raise InputError(f"ckpt_path: {path} holds no training to go on with: give a last.ckpt or best.ckpt of a run.")
    try:
        state = rename_strictly(checkpoint["state_dict"], str, module.state_dict())
        check_same_optimizer(module, checkpoint)
    except InputError as error:
        raise InputError(f"ckpt_path: {path}: {error}") from error
    refuse_broken_values(path, state)
    if 0 < max_steps < checkpoint["global_step"]:
        raise InputError(
            f"trainer.max_steps={max_steps}: {path} is at step {checkpoint['global_step']} already: give more steps"
        )


def initialise(module: InpaintingModule, path: Path) -> None:
    """Start a training from the weights in a file: the network's, and what learns beside it where the file has that.

    Raises:
        InputError: the file cannot be used, or holds another model.
    """
    stored = read_weights(path, module.name)
    stored.apply(module.network)
    beside = {name for name in module.state_dict() if not name.startswith(NETWORK)}
    if beside & stored.state.keys():
        module.load_state_dict(rename_strictly(stored.state, str, module.state_dict()))
