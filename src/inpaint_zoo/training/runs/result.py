"""What is left of a training that has ended as planned: `result.json` in its folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import write_text
from inpaint_zoo.files.json_file import JSONObject, read_json, validated

FILE = "result.json"
_MOST_BYTES = 2**16
_OF_THE_CALL = ("run_dir", "ckpt_path")
"""Keys that say where a training lies and how it was started, not what it is."""


class Result(JSONObject, extra="forbid"):
    """The end of a training."""

    metric: str
    """The name of what was monitored."""
    value: float | None
    """Its best value; None where there was no validation."""
    step: int
    """Optimizer steps that were taken."""
    config: str
    """`config_hash` of the configuration."""


def config_hash(config: DictConfig) -> str:
    """Sha256 of a resolved configuration of `train`, but for where it lies and how it was started."""
    values: Any = OmegaConf.to_container(config, resolve=True)
    kept = {key: value for key, value in values.items() if key not in _OF_THE_CALL}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()


def write_result(folder: Path, result: Result) -> None:
    """Say that the training of a folder has ended.

    Raises:
        InputError: The file cannot be written.
    """
    write_text(folder / FILE, json.dumps(result.model_dump(), indent=2) + "\n")


def forget_result(folder: Path) -> None:
    """The training of a folder goes on."""
    (folder / FILE).unlink(missing_ok=True)


def read_result(folder: Path) -> Result | None:
    """What `write_result` left; None where the training has not ended, or the file is damaged."""
    try:
        return validated(Result, read_json(folder / FILE, _MOST_BYTES), FILE)
    except InputError:
        return None
