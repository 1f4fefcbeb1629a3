"""Construct the objects that nodes of a configuration describe, and check nodes without constructing them."""

from __future__ import annotations

import functools
import importlib
import inspect
import types
import typing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.checks import did_you_mean, true_or_false
from inpaint_zoo.config.allowlist import check_object, check_path, refuse_key
from inpaint_zoo.config.compose import config_name, options
from inpaint_zoo.config.error_messages import missing
from inpaint_zoo.errors import InputError


def construct(node: DictConfig | Mapping[str, Any], **given: Any) -> Any:
    """Call the `_target_` of a node with the other keys of the node and with `given` as arguments.

    Like `hydra.utils.instantiate`, but the target gets plain values only, a string that contains `${` is passed
    unchanged (a path may contain it), and errors name the wrong key.

    Args:
        node: Has `_target_`, and `_partial_: true` to get a factory; mappings and lists in it may hold such nodes, too.
        **given: Arguments that only the caller knows; they override keys of the node.

    Raises:
        InputError: `_target_` cannot be found or is not allowed, or a key is missing or unknown.
    """
    if isinstance(node, DictConfig):
        key = str(node._get_full_key("")) or "the configuration"
        plain = OmegaConf.to_container(node, resolve=True, throw_on_missing=True)
    else:
        key, plain = "the configuration", dict(node)
    if not isinstance(plain, dict) or "_target_" not in plain:
        raise InputError(f"{key} has no _target_ to construct")
    return _call({str(name): value for name, value in plain.items()}, key, given)


_EXTRAS = {"optuna": "sweeps"}
"""Extras of this package, by the packages that they install."""


def locate(target: object, where: str = "the configuration") -> Any:
    """Import the class or function at a dotted path `package.module.Name`.

    Args:
        target: The path.
        where: The key of its node, which decides what is allowed there.

    Raises:
        InputError: There is no such object, or the allowlist does not allow it.
    """
    path = check_path(target, where)
    home, _, name = path.rpartition(".")
    with _explained(path, where):
        found = getattr(importlib.import_module(home), name)
    check_object(found, path, where)
    return found


def locate_network(target: object, where: str = "the configuration") -> Any:
    """The class of a model's network, without its training module where that is possible: Lightning takes seconds.

    The Python module at the beginning of the path may have a mapping `NETWORKS`, from names of training modules to
    the classes of their networks, and import a training module only when it is asked for.

    Args:
        target: The path of the training module.
        where: The key of its node.

    Raises:
        InputError: As `locate`.
    """
    path = check_path(target, where)
    home, _, name = path.rpartition(".")
    with _explained(path, where):
        networks: Mapping[str, Any] = getattr(importlib.import_module(home), "NETWORKS", {})
    return networks[name] if name in networks else locate(path, where).network_class


@contextmanager
def _explained(path: str, where: str) -> Iterator[None]:
    """Turn an error of an import into one line."""
    try:
        yield
    except (ImportError, AttributeError, ValueError) as error:
        package = path.partition(".")[0]
        extra = _EXTRAS.get(package) if isinstance(error, ModuleNotFoundError) else None
        advice = "" if extra is None else f": pip install 'inpaint-zoo[{extra}]'"
        raise InputError(f"{where}: _target_ {path} cannot be imported: {error}{advice}") from error


def check_arguments(target: Any, values: Mapping[str, Any], key: str, partial: bool = False) -> None:
    """Refuse wrong arguments before a target is called, so that a TypeError from inside it is not mistaken for one.

    Args:
        target: A class or function.
        values: Its arguments by name.
        key: The key of their node in the configuration.
        partial: Whether some may be missing.

    Raises:
        InputError: An argument is unknown, missing, or of the wrong type.
    """
    try:
        signature = signature_of(target)
    except ValueError:  # a few built-in functions have no signature
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
    for name, hint in _hints(target).items():
        if name in values and not _fits(values[name], hint):
            wanted = [kind.__name__ for kind in _members(hint) if kind in (bool, int, float, str)]
            wanted += ["mapping, {KEY: VALUE}" for kind in _members(hint) if _is_mapping(kind)]
            raise InputError(f"{key}.{name} is {values[name]!r}: give a value of type {' or '.join(wanted)}")


def signature_of(target: Any) -> inspect.Signature:
    """The signature of a class or function, with the arguments of `**arguments: Unpack[...]` listed one by one."""
    signature, unpacked = inspect.signature(target), _unpacked(_written_hints(target))
    parameters: list[inspect.Parameter] = []
    for name, parameter in signature.parameters.items():
        passed_on = unpacked.get(name)
        if passed_on is None:
            parameters.append(parameter)
        else:
            parameters += [inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY) for key in passed_on]
    return signature.replace(parameters=parameters)


def check_own_keys(config: DictConfig, verb: str) -> None:
    """Check the keys that stand in a verb's own file: what must be given is, and what is true or false there is so.

    Raises:
        InputError: A value is something else.
    """
    own: Any = OmegaConf.to_container(OmegaConf.load(options("")[config_name(verb)]))
    for key, default in own.items():
        if default == "???" and not OmegaConf.is_missing(config, key) and config[key] is None:
            raise InputError(missing(key))
        if isinstance(default, bool):
            true_or_false(config.get(key), key)


def check_nodes(config: DictConfig) -> None:
    """Check every node that has a `_target_`, before anything is constructed, loaded or downloaded.

    Raises:
        InputError: As `locate` and `check_arguments`; missing arguments are left to `construct`, whose caller may give
            them.
    """
    plain = OmegaConf.to_container(config, resolve=True)
    above = config._get_full_key("")
    if isinstance(plain, dict):
        refuse_key(plain)
        for key, node in plain.items():
            _check_node(node, f"{above}.{key!s}" if above else str(key))


def _check_node(node: Any, key: str) -> None:
    if isinstance(node, list):
        for index, item in enumerate(node):
            _check_node(item, f"{key}.{index}")
    if not isinstance(node, dict):
        return
    values = {name: value for name, value in node.items() if name not in ("_target_", "_partial_") and value != "???"}
    if "_target_" in node:
        target = locate(node["_target_"], key)
        check_arguments(target, values, key, partial=True)
        if hasattr(target, "network_class"):  # a model passes these arguments on to its network
            check_arguments(target.network_class, values.get("network") or {}, f"{key}.network", partial=True)
    for name, value in values.items():
        _check_node(value, f"{key}.{name}")


def _call(arguments: dict[str, Any], key: str, given: Mapping[str, Any]) -> Any:
    target = locate(arguments["_target_"], key)
    values = {
        name: _value(value, f"{key}.{name}")
        for name, value in arguments.items()
        if name not in ("_target_", "_partial_", *given)
    }
    values.update(given)
    partial = bool(arguments.get("_partial_"))
    check_arguments(target, values, key, partial)
    return functools.partial(target, **values) if partial else target(**values)


def _value(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        if "_target_" in value:
            return _call(value, key, {})
        return {name: _value(item, f"{key}.{name}") for name, item in value.items()}
    if isinstance(value, list):
        return [_value(item, f"{key}.{index}") for index, item in enumerate(value)]
    return value


def _hints(target: Any) -> dict[str, Any]:
    written = _written_hints(target)
    return {**written, **{key: hint for hints in _unpacked(written).values() for key, hint in hints.items()}}


def _unpacked(hints: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """For each `**arguments: Unpack[...]`, the type hints of its arguments."""
    passed_on = {name: hint for name, hint in hints.items() if typing.get_origin(hint) is typing.Unpack}
    return {name: typing.get_type_hints(typing.get_args(hint)[0]) for name, hint in passed_on.items()}


def _written_hints(target: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(vars(target)["__init__"] if inspect.isclass(target) else target)
    except (NameError, TypeError, KeyError):  # names that are imported for type checkers only
        return {}


def _members(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value fits a type hint; only plain values and hints of plain values or mappings are checked."""
    # ignores Tensor in `float | Tensor` (as in torch.optim): YAML holds no tensors
    members = tuple(kind for kind in _members(hint) if getattr(kind, "__name__", "") != "Tensor")
    members = tuple(kind for kind in members if not _is_mapping(kind))
    if not isinstance(value, _PLAIN) or not set(members) <= set(_PLAIN):
        return True
    if isinstance(value, bool):
        return bool in members
    return isinstance(value, members) or (isinstance(value, int) and float in members)


def _is_mapping(hint: Any) -> bool:
    return typing.get_origin(hint) in (Mapping, dict)


_PLAIN = (bool, int, float, str, type(None))
