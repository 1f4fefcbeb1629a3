"""One-line error messages for mistakes in the input, made from exceptions of Hydra and OmegaConf."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import yaml
from hydra.errors import (
    ConfigCompositionException,
    InstantiationException,
    MissingConfigException,
    OverrideParseException,
    SearchPathException,
)
from omegaconf import Container, DictConfig
from omegaconf.errors import (
    ConfigAttributeError,
    ConfigKeyError,
    InterpolationResolutionError,
    InterpolationToMissingValueError,
    MissingMandatoryValue,
    OmegaConfBaseException,
)
from omegaconf.errors import ValidationError as OmegaConfValidationError

from inpaint_zoo.checks import did_you_mean
from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime.refusals import machine_refusal


def explain(error: BaseException) -> str | None:
    """Return one line for a mistake in the input or what the machine refuses, None for any other error (a bug)."""
    for kind, explanation in _EXPLANATIONS:
        if isinstance(error, kind):
            return explanation(error) or machine_refusal(error)
    return machine_refusal(error)


def offered(names: Iterable[str]) -> list[str]:
    """The choices of a group; files whose names start with `_` are only parts of others."""
    return [name for name in names if not name.startswith("_")]


def missing(key: str) -> str:
    """The message that a mandatory key has no value, and how to give it one."""
    node, _, last = key.rpartition(".")
    instead = f", or {node}=irregular, which reads no files" if key in ("mask.root", "eval_mask.root") else ""
    return f"{key} is missing: give {key}={_PLACEHOLDERS.get(last, 'VALUE')}{instead}"


def no_such_key(key: str, config: object) -> str:
    """The message that a key does not exist, with the most similar one."""
    known = [name for name in _keys(config, "") if name != key and not name.startswith("hydra.")]
    return f"there is no key '{key}'{did_you_mean(key, known)}"


_PLACEHOLDERS = {
    **dict.fromkeys(("root", "run_dir"), "DIR"),
    **dict.fromkeys(("ckpt", "file", "results", "source"), "FILE"),
    **dict.fromkeys(("output", "images", "masks"), "PATH"),
    "model_name": "NAME",
}


_EXTRAS = {
    "hydra/launcher=joblib": "sweeps",
    "hydra/launcher=submitit_slurm": "slurm",
    "hydra/launcher=submitit_local": "slurm",
}
"""Extras of this package that install a choice of a group of Hydra."""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _explain_missing_value(error: OmegaConfBaseException) -> str:
    if isinstance(
        error, InterpolationToMissingValueError
    ):  # its full key is that of the interpolation, not of the missing value
        named = re.search(r"Missing mandatory value: (\S+)", str(error))
        return missing(named[1] if named is not None else str(error.full_key))
    return missing(str(error.full_key))


def _explain_override(error: OverrideParseException) -> str:
    if "=" not in error.override and not error.override.startswith("~"):
        return f"'{error.override}' is not an override: write KEY=VALUE"
    key, _, value = error.override.lstrip("+").partition("=")  # `++` may be ours
    return f"the value of {key} cannot be read: {value!r} holds special characters, quote it: \"{key}='...'\""


def _explain_missing_config(error: MissingConfigException) -> str:
    group, _, choice = str(error.missing_cfg_file).rpartition("/")
    extra = _EXTRAS.get(f"{group}={choice}")
    if extra is not None:
        return f"{group}={choice} is an optional package: pip install 'inpaint-zoo[{extra}]'"
    if error.options:
        known = offered(error.options)
        return f"{group}={choice} is unknown{did_you_mean(choice, known)} (known: {', '.join(known)})"
    return _one_line(str(error).partition("\nSearch path")[0])


def _explain_composition(error: ConfigCompositionException) -> str:
    cause, text = error.__cause__, str(error)
    mandatory = re.search(r"You must specify '(.+?)'.*?Available options:(.*)", text, re.DOTALL)
    if mandatory is not None:
        known = ", ".join(offered(mandatory[2].split()))
        return f"{mandatory[1]} is missing: give {mandatory[1]}=NAME (known: {known})"
    key = re.match(r"Could not override '(.+?)'", text)
    if key is not None:
        node = cause.parent_node if isinstance(cause, (ConfigKeyError, ConfigAttributeError)) else None
        return no_such_key(key[1], node._get_root() if isinstance(node, Container) else None)
    ambiguous = re.match(r"Ambiguous value for argument '(.+?)=(.*?)'\n", text)
    if ambiguous is not None:
        key_name, value = str(ambiguous[1]), str(ambiguous[2])
        return f"{key_name}={value} is a list for --multirun: add it, or give {key_name}=[{value}]"
    if isinstance(cause, OmegaConfValidationError):
        return f"{cause.full_key}: {_first_line(cause)}"
    if isinstance(cause, OmegaConfBaseException):
        return explain(cause) or _first_line(cause)
    return _one_line(text)


def _explain_instantiation(error: InstantiationException) -> str | None:
    cause = error.__cause__
    if cause is None:
        return _one_line(str(error))
    if isinstance(cause, (TypeError, ValueError, ImportError)) and explain(cause) is None:
        key = str(error).partition("full_key: ")[2]
        return _one_line(f"{key or 'the configuration'} cannot be built: {cause}")
    return explain(cause)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


def _keys(node: object, prefix: str) -> Iterator[str]:
    if not isinstance(node, DictConfig) or node._is_missing() or node._is_none():
        return
    for key, value in node.items_ex(resolve=False):
        yield f"{prefix}{key!s}"
        yield from _keys(value, f"{prefix}{key!s}.")


_NULL_GROUP = "a group such as model, data or mask (kind) cannot be null: give the name of one, as in mask=irregular"

# the first class that matches counts: subclasses come before their parents
_EXPLANATIONS: tuple[tuple[type[BaseException], Callable[[Any], str | None]], ...] = (
    (InputError, lambda error: re.sub(r"[\r\n]+", " ", str(error))),  # other spaces may belong to a file name
    (InstantiationException, _explain_instantiation),
    (OverrideParseException, _explain_override),
    (MissingConfigException, _explain_missing_config),
    (ConfigCompositionException, _explain_composition),
    (MissingMandatoryValue, _explain_missing_value),
    (InterpolationToMissingValueError, _explain_missing_value),
    (InterpolationResolutionError, lambda error: _one_line(str(error))),
    (SearchPathException, lambda error: _one_line(str(error))),
    (yaml.YAMLError, lambda error: _one_line(str(error))),
    (ValueError, lambda error: _NULL_GROUP if str(error).startswith("Config group override must be") else None),
)
