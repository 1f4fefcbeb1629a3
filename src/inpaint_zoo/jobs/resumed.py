"""The rest of a command that resumes a training, from the run folder: what the training was started with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import OmegaConf

from inpaint_zoo.config.compose import compose
from inpaint_zoo.config.error_messages import explain
from inpaint_zoo.errors import InputError
from inpaint_zoo.training.runs.files import OVERRIDES
from inpaint_zoo.training.runs.status import has_checkpoint

IN_RUN_DIR = ("last", "auto")
"""Values of `ckpt_path` that mean the training of the run folder."""

_TOGETHER = ({"trainer.max_steps", "trainer.max_epochs"}, {"trainer.devices", "trainer.num_nodes"})
"""Keys that together say how long a training is, and on how many processes: with one of them, all are given."""


def with_stored(name: str, overrides: Sequence[str]) -> list[str]:
    """Put the overrides that are stored in a run folder before those of the command that resumes it.

    A stored override gives way where the command gives the same key, a node around it, or another choice of its group.

    Args:
        name: Name of the primary configuration.
        overrides: The overrides of the command, which name `run_dir` and `ckpt_path=last`, `auto` or a checkpoint in
            it; any other command is returned as it is, and so is one whose run folder holds no training.

    Raises:
        InputError: What is stored cannot be used.
    """
    given = OverridesParser.create().parse_overrides(list(overrides))
    values = {override.key_or_group: override for override in given if override.package is None}
    if not {"run_dir", "ckpt_path"} <= values.keys():
        return list(overrides)
    folder, checkpoint = (Path(_text(values[key])).expanduser() for key in ("run_dir", "ckpt_path"))
    is_own = str(checkpoint) in IN_RUN_DIR or checkpoint.absolute().parent == folder.absolute()
    if not is_own or not has_checkpoint(folder) or not (folder / OVERRIDES).is_file():
        return list(overrides)
    try:
        stored = _read(folder / OVERRIDES)
        choices = compose(name, stored).hydra.runtime.choices
        earlier = OverridesParser.create().parse_overrides(stored)
    except Exception as error:
        reason = explain(error)
        if reason is None:
            raise
        advice = "repeat the options of its command, such as --config-dir"
        raise InputError(f"{folder / OVERRIDES}: {reason}: {advice}") from error
    kept = [override for override in earlier if not any(_replaces(new, override, choices) for new in given)]
    return [*(str(override.input_line) for override in kept), *overrides]


def _read(path: Path) -> list[str]:
    try:
        lines = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise InputError(f"it cannot be read ({type(error).__name__})") from error
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise InputError("it holds no list of overrides")
    return lines


def _text(override: Override) -> str:
    """The value of a path key, without the escapes that keep it as it is."""
    return str(OmegaConf.create({"value": override.value()}).value)


def _place(override: Override) -> str:
    """Where in the configuration an override acts."""
    return override.package or override.key_or_group.replace("/", ".")


def _replaces(new: Override, old: Override, choices: Mapping[str, object]) -> bool:
    """Whether `old` gives way to `new`."""
    is_group = bool(GlobalHydra.instance().config_loader().get_group_options(new.key_or_group))
    if new.is_delete() and not is_group and not old.is_delete():
        return False  # what is deleted must be there
    if _place(new) == _place(old) or any({_place(new), _place(old)} <= keys for keys in _TOGETHER):
        return True
    group = new.key_or_group if new.package is None else f"{new.key_or_group}@{new.package}"
    is_same_choice = is_group and str(choices.get(group)) == str(new.value())
    return not is_same_choice and _place(old).startswith(f"{_place(new)}.")
