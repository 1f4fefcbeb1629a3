"""The study of a search: its trials are stored in a journal of Optuna, from which an interrupted search resumes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inpaint_zoo.errors import InputError

if TYPE_CHECKING:
    import optuna

JOURNAL = "study.journal"
NAME = "tune"
PRUNED = "pruned_at"
"""Attribute of a pruned trial: its number of optimizer steps."""


def open_study(folder: Path, pruner: Any = None, mode: str = "max") -> optuna.Study:
    """Open the study of a folder, or create one.

    Args:
        folder: The folder of the search.
        pruner: A pruner of Optuna; None prunes no trial.
        mode: `max` if a new study looks for the highest value, `min` for the lowest.

    Raises:
        InputError: Optuna is not installed, or its journal is damaged.
    """
    library = load_optuna()
    from optuna.storages import JournalStorage  # noqa: PLC0415
    from optuna.storages.journal import JournalFileBackend  # noqa: PLC0415

    path = folder / JOURNAL
    _drop_incomplete_line(path)
    try:
        storage = JournalStorage(JournalFileBackend(str(path)))
        study: optuna.Study = library.create_study(
            study_name=NAME,
            storage=storage,
            direction="minimize" if mode == "min" else "maximize",  # only for a new study
            load_if_exists=True,
            pruner=pruner or library.pruners.NopPruner(),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # Optuna raises these for a damaged journal
        raise InputError(f"{path} is damaged ({type(error).__name__}): give another run_dir") from error
    return study


def load_optuna() -> Any:
    """Import Optuna without its log messages.

    Raises:
        InputError: It is not installed.
    """
    try:
        import optuna  # noqa: PLC0415
    except ImportError as error:
        raise InputError("tune needs Optuna: pip install 'inpaint-zoo[sweeps]'") from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def store_settings(study: optuna.Study, settings: Mapping[str, Any], folder: Path) -> None:
    """Store the settings of a search in its study; for an existing study, check that they are the same.

    Raises:
        InputError: The folder holds another search.
    """
    stored = study.user_attrs
    for key, value in settings.items():
        if key in stored and stored[key] != value:
            there = "" if len(str(value)) > 60 else f" is {stored[key]} there and {value} here"
            raise InputError(f"{folder} holds another search ({key}{there or ' differs'}): give another run_dir")
        study.set_user_attr(key, value)


def seed_of(seed: int, number: int) -> int:
    """The sampler's seed for a trial: depends on the number of the trial, not on how often the search was resumed."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{number}".encode()).digest()[:4], "big")


def _drop_incomplete_line(path: Path) -> None:
    """Drop an incomplete last line, left by a killed process: Optuna could not read the journal with it."""
    if path.is_file() and (data := path.read_bytes()) and not data.endswith(b"\n"):
        path.write_bytes(data[: data.rfind(b"\n") + 1])
