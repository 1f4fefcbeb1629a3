"""The result of a finished training: `result.json` in its run folder."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from typing_extensions import TypedDict  # before Python 3.12, pydantic needs this one

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import write_text
from inpaint_zoo.files.json_file import read_json
from inpaint_zoo.training.runs.files import RESULT

_MAX_BYTES = 2**16
OF_THE_COMMAND = ("run_dir", "ckpt_path")
"""Keys that say where a training is stored and how it was started, not what is trained."""


@dataclass(frozen=True)
class Result:
    """How a training ended."""

    metric: str
    """The name of the monitored metric."""
    value: float | None
    """Its best value; None if there was no validation."""
    step: int
    """Number of optimizer steps."""
    config: str
    """`config_hash` of the configuration."""


class _Stored(TypedDict):
    """The types that the file must have."""

    __pydantic_config__ = {"strict": True, "extra": "forbid"}  # type: ignore[misc]  # noqa: RUF012
    metric: str
    value: float | None
    step: int
    config: str


def config_hash(config: DictConfig) -> str:
    """SHA-256 of a resolved configuration of `train`, without the keys `run_dir` and `ckpt_path`."""
    values: Any = OmegaConf.to_container(config, resolve=True)
    kept = {key: value for key, value in values.items() if key not in OF_THE_COMMAND}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()


def write_result(folder: Path, result: Result) -> None:
    """Record that the training of a folder has finished.

    Raises:
        InputError: The file cannot be written.
    """
    write_text(folder / RESULT, json.dumps(asdict(result), indent=2) + "\n")


def remove_result(folder: Path) -> None:
    """Remove the result, because the training of the folder is resumed."""
    (folder / RESULT).unlink(missing_ok=True)


def read_result(folder: Path) -> Result | None:
    """What `write_result` wrote; None if the training has not finished, or the file is damaged."""
    # most commands read no result, and pydantic is slow to import
    from inpaint_zoo.files.json_values import validated  # noqa: PLC0415

    try:
        stored: Any = validated(_Stored, read_json(folder / RESULT, _MAX_BYTES), RESULT)
        return Result(**stored)
    except InputError:
        return None
