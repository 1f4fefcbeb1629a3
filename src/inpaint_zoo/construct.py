"""Construct the object that a node of the configuration describes."""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Mapping
from typing import Any

from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.errors import InputError
from inpaint_zoo.suggestion import did_you_mean


def construct(node: DictConfig | Mapping[str, Any], **given: Any) -> Any:
    """Call what `_target_` names with the other keys of the node and with what the entry point gives.

    Like `hydra.utils.instantiate`, but only plain values reach the target, a text that contains `${` arrives as it is
    (a path may), and a wrong key is named.

    Args:
        node: Has `_target_` (and `_partial_: true` where a factory is wanted), as may the mappings and lists in it.
        **given: Arguments that only the entry point knows; they win over keys of the node.

    Raises:
        InputError: `_target_` cannot be found, or a key is missing or is no argument of it.
    """
    if isinstance(node, DictConfig):
        key = str(node._get_full_key("")) or "the configuration"
        plain = OmegaConf.to_container(node, resolve=True, throw_on_missing=True)
    else:
        key, plain = "the configuration", dict(node)
    if not isinstance(plain, dict) or "_target_" not in plain:
        raise InputError(f"{key} has no _target_ to construct")
    arguments = {str(name): value for name, value in plain.items()}
    return _call({**arguments, **given}, key)


def locate(target: str) -> Any:
    """Import the object at a dotted path `package.module.Name`.

    Raises:
        InputError: There is no such object.
    """
    module_name, _, name = target.rpartition(".")
    try:
        return getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(f"_target_ {target} cannot be imported: {error}") from error


def _call(arguments: dict[str, Any], key: str) -> Any:
    target = locate(arguments["_target_"])
    values = {
        name: _value(value, f"{key}.{name}")
        for name, value in arguments.items()
        if name not in ("_target_", "_partial_")
    }
    partial = bool(arguments.get("_partial_"))
    _check(target, values, key, partial)
    return functools.partial(target, **values) if partial else target(**values)


def _check(target: Any, values: dict[str, Any], key: str, partial: bool) -> None:
    """Refuse arguments that the target does not take, before the call: a TypeError from inside it is another matter."""
    try:
        signature = inspect.signature(target)
    except ValueError:  # a few built-in targets do not tell
        return
    try:
        (signature.bind_partial if partial else signature.bind)(**values)
    except TypeError as error:
        name = getattr(target, "__qualname__", str(target))
        for value in values:
            if value not in signature.parameters:
                near = did_you_mean(value, signature.parameters)
                raise InputError(f"{key}.{value} is no argument of {name}{near}") from error
        raise InputError(f"{key}: {name}: {error}") from error


def _value(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        if "_target_" in value:
            return _call(value, key)
        return {name: _value(item, f"{key}.{name}") for name, item in value.items()}
    if isinstance(value, list):
        return [_value(item, f"{key}.{index}") for index, item in enumerate(value)]
    return value
