"""Which checkpoint a training resumes from, and the weights that a new one starts with."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Collection
from pathlib import Path

from inpaint_zoo.errors import DamagedFileError, InputError, InputWarning
from inpaint_zoo.files.name_matching import few
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
from inpaint_zoo.training.runs.status import has_checkpoint

AUTO = "auto"
_RESTART_COUNTS = ("SLURM_RESTART_COUNT", "TORCHELASTIC_RESTART_COUNT")
"""Variables in which SLURM and `torchrun` count how often they have started the same command again."""


def resume_from(ckpt_path: str | None, folder: Path, check: Callable[[Path], None]) -> Path | None:
    """The checkpoint that `ckpt_path` names; None for a new training.

    What SLURM has requeued or `torchrun` has restarted resumes by itself.

    Args:
        ckpt_path: A file, or `last` for `last.ckpt` of `folder` (`previous.ckpt` if that is damaged), or `auto` for the
            same where there is one.
        folder: The run folder.
        check: Raises `InputError` if a training cannot resume from a file, `DamagedFileError` if it is damaged.

    Raises:
        InputError: There is no such file, or it cannot be used.
    """
    last, previous = folder / LAST, folder / PREVIOUS
    has_begun = last.is_file() or previous.is_file()
    begins = ckpt_path in {None, AUTO}
    if begins and not (has_begun and (ckpt_path == AUTO or _is_restarted())):
        return None
    path = last if begins or ckpt_path == "last" else Path(str(ckpt_path))
    # started from a file in another folder, then restarted: the training itself has a newer one
    if has_begun and _is_restarted() and path.absolute().parent != folder.absolute():
        path = last
    if path == last and previous.is_file():
        return _newest_intact(last, previous, check)
    refuse_missing_checkpoint(str(path), folder)
    check(path)
    return path


def refuse_missing_checkpoint(ckpt_path: str | None, folder: Path) -> None:
    """Refuse a training that is to resume from what is not there.

    Args:
        ckpt_path: As in `resume_from`.
        folder: The run folder.

    Raises:
        InputError: It is not there; the message names the trainings of a sweep, if the folder is that of one.
    """
    begun = has_checkpoint(folder)
    if ckpt_path in {None, AUTO} or (begun and (ckpt_path == "last" or _is_restarted())):
        return
    path = Path(str(ckpt_path)).expanduser()
    if ckpt_path == "last":
        jobs = sorted(inner.name for inner in folder.iterdir() if has_checkpoint(inner)) if folder.is_dir() else []
        if jobs:
            raise InputError(
                f"run_dir: {folder} holds several trainings ({few(jobs)}): give run_dir={folder / jobs[0]}, or the "
                "command of the sweep"
            )
        path = folder / LAST
    if path.is_dir():
        raise InputError(f"ckpt_path: {path} is a folder: give run_dir={path} ckpt_path=last, or a checkpoint in it.")
    if not path.is_file():
        raise InputError(f"ckpt_path: {path} does not exist: give run_dir=DIR of the run to resume, or a checkpoint.")


def _is_restarted() -> bool:
    return any(os.environ.get(name, "0") != "0" for name in _RESTART_COUNTS)


def _newest_intact(last: Path, previous: Path, check: Callable[[Path], None]) -> Path:
    try:
        check(last)
    except DamagedFileError as error:
        reason = str(error) if last.exists() else f"{last} is missing."
        try:
            check(previous)
        except DamagedFileError as second:
            raise InputError(
                f"ckpt_path: {reason} {previous}, the checkpoint before it, cannot be read either: start again in "
                f"another run_dir, with init_from={last.with_name('best.ckpt')} if that file is intact"
            ) from second
        warnings.warn(f"{reason} Resuming from {previous}, the checkpoint before it.", InputWarning, stacklevel=2)
        return previous
    return last


def check_resumable(path: Path, module: InpaintingModule, max_steps: int, follows: Collection[str] = ()) -> None:
    """Refuse a checkpoint that the training of a model cannot resume from, before anything else is built.

    The module's schedule keeps the length that it began with.

    Args:
        path: The file.
        module: The module that is trained.
        max_steps: The last step of the training.
        follows: Arguments of the configured schedule that follow the length of the training.

    Raises:
        InputError: The file is missing, damaged or no checkpoint; holds only weights, another model, another class of
            optimizer or schedule, or more steps; or the schedule ends before the training.
    """
    checkpoint, model = read_checkpoint(path), module.name
    name = checkpoint.get(MODEL_KEY)
    if name is not None and name != model:
        raise InputError(f"ckpt_path: {path} holds the model {name}, not {model}: give model={name} or another file.")
    if name is None or "optimizer_states" not in checkpoint:
        raise InputError(f"ckpt_path: {path} holds no training to resume: give a last.ckpt or best.ckpt of a run.")
    try:
        state = rename_strictly(checkpoint["state_dict"], str, module.state_dict())
        check_same_optimizer(module, checkpoint, max_steps, follows)
    except InputError as error:
        raise InputError(f"ckpt_path: {path}: {error}") from error
    refuse_broken_values(path, state)
    if 0 < max_steps < checkpoint["global_step"]:
        raise InputError(
            f"trainer.max_steps={max_steps}: {path} is at step {checkpoint['global_step']} already: give more steps"
        )


def load_initial_weights(module: InpaintingModule, path: Path) -> None:
    """Load the weights that a new training starts with: the network's and, if the file has it, the discriminator's.

    Raises:
        InputError: The file cannot be used, or holds another model.
    """
    stored = read_weights(path, module.name)
    stored.apply(module.network)
    for record in stored.trained_on or []:
        module.add_trained_on(record)
    outside = {name for name in module.state_dict() if not name.startswith(NETWORK)}
    if outside & stored.state.keys():
        module.load_state_dict(rename_strictly(stored.state, str, module.state_dict()))
