"""A search in a folder, which remembers its trials in Optuna's journal and goes on after whatever ended it."""

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
"""Attribute of a trial that was ended early: its optimizer steps."""


def open_study(folder: Path, pruner: Any = None, mode: str = "max") -> optuna.Study:
    """The study of a folder, a new one where there is none.

    Args:
        folder: Of the search.
        pruner: Of Optuna; None evaluates no trial.
        mode: Whether a new study looks for the highest value, `max`, or for the lowest, `min`.

    Raises:
        InputError: Optuna is not installed, or its journal is damaged.
    """
    library = load_optuna()
    from optuna.storages import JournalStorage  # noqa: PLC0415
    from optuna.storages.journal import JournalFileBackend  # noqa: PLC0415

    path = folder / JOURNAL
    _drop_half_line(path)
    try:
        storage = JournalStorage(JournalFileBackend(str(path)))
        study: optuna.Study = library.create_study(
            study_name=NAME,
            storage=storage,
            direction="minimize" if mode == "min" else "maximize",  # of a new one only
            load_if_exists=True,
            pruner=pruner or library.pruners.NopPruner(),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # what Optuna makes of other bytes
        raise InputError(f"{path} is damaged ({type(error).__name__}): give another run_dir") from error
    return study


def load_optuna() -> Any:
    """Import Optuna, and keep it from talking.

    Raises:
        InputError: It is not installed.
    """
    try:
        import optuna  # noqa: PLC0415
    except ImportError as error:
        raise InputError("tune needs Optuna: pip install 'inpaint-zoo[sweeps]'") from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def remember(study: optuna.Study, facts: Mapping[str, Any], folder: Path) -> None:
    """Write down what is searched, or check that it is what the folder's search has begun with.

    Raises:
        InputError: The folder holds another search.
    """
    before = study.user_attrs
    for key, value in facts.items():
        if key in before and before[key] != value:
            there = "" if len(str(value)) > 60 else f" is {before[key]} there and {value} here"
            raise InputError(f"{folder} holds another search ({key}{there or ' differs'}): give another run_dir")
        study.set_user_attr(key, value)


def seed_of(seed: int, number: int) -> int:
    """The seed for what is proposed to a trial: its number counts, not how often the search was started before."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{number}".encode()).digest()[:4], "big")


def _drop_half_line(path: Path) -> None:
    """Forget a line that a killed process has not written to its end; Optuna would read no journal with it."""
    if path.is_file() and (data := path.read_bytes()) and not data.endswith(b"\n"):
        path.write_bytes(data[: data.rfind(b"\n") + 1])
