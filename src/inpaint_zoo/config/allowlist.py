"""Which code a configuration may run: a `_target_` is code, and the file that names it may come from anybody.

A target must pass two checks, and nothing of it is imported before the first one. First, its path must begin with an
allowed prefix. Second, the object found there must be defined in that package and be of the class that its place in the
configuration expects. docs/security.md explains the rule.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import re
import sys
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, NoReturn

from inpaint_zoo.errors import InputError

OPTION = "allow"
"""The argument `allow=[PREFIX]` of the command line; refused as a key of a configuration, which may be a file."""
ENTRY_POINTS = "inpaint_zoo"
"""Group of entry points whose packages are allowed: installing one is the decision to trust it."""

_OWN = "inpaint_zoo"
_IMPORTED = (
    "albumentations",
    "optuna.pruners",
    "optuna.samplers",
    "pytorch_lightning.Trainer",
    "pytorch_lightning.callbacks",
    "pytorch_lightning.loggers",
    "pytorch_lightning.profilers",
    "pytorch_lightning.strategies",
    "torch.nn",
    "torch.optim",
)
"""Where classes of other packages may be imported from."""
_PLACES = {
    "callbacks": "pytorch_lightning.callbacks.Callback",
    "logger": "pytorch_lightning.loggers.Logger",
    "lr_schedule": "torch.optim.lr_scheduler.LRScheduler",
    "optimizer": "torch.optim.Optimizer",
    "profiler": "pytorch_lightning.profilers.Profiler",
    "pruner": "optuna.pruners.BasePruner",
    "sampler": "optuna.samplers.BaseSampler",
    "strategy": "pytorch_lightning.strategies.Strategy",
    "trainer": "pytorch_lightning.Trainer",
}
"""The class that the nodes below a key must have; of several such keys in a path, the last one decides."""
_COLLECTIONS = ("callbacks", "logger")
"""Those of these keys that hold several objects, under names that the user chooses."""
_ELSEWHERE = (*_PLACES.values(), "albumentations.BasicTransform", "torch.nn.Module")
"""The classes that nodes below all other keys may have."""

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
FUNCTION = re.compile(rf"{_DOTTED.pattern}:{_DOTTED.pattern}")
"""The name of a function, `package.module:function`, that fills holes or computes metrics."""
_NAMES_FUNCTION = re.compile(rf"(?:\+{{0,2}}methods\.[^=]+|method|ckpt|metrics)=(['\"]?)({FUNCTION.pattern})\1")
_allowed: ContextVar[tuple[str, ...]] = ContextVar("allowed", default=())


@contextmanager
def allowing(prefixes: Iterable[str]) -> Iterator[None]:
    """Allow configurations to run code of further packages, like `allow=[PREFIX]` on the command line.

    Args:
        prefixes: Packages or modules by dotted path, such as `my_package.callbacks`. The whole path of an object allows
            it even if it is defined in another package.
    """
    token = _allowed.set(tuple(dict.fromkeys((*_allowed.get(), *prefixes))))
    try:
        yield
    finally:
        _allowed.reset(token)


def allowed() -> tuple[str, ...]:
    """The prefixes given on the command line or to `allowing`."""
    return _allowed.get()


def bind_allowed(job: Callable[[Any], object]) -> Callable[[Any], object]:
    """The same job, bound to the prefixes that are allowed now, so that it can run in another process."""
    return functools.partial(_run_allowing, allowed(), job)


def _run_allowing(prefixes: Sequence[str], job: Callable[[Any], object], config: Any) -> object:
    with allowing(prefixes):
        return job(config)


def split_allow(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split a command line into the prefixes of `allow=[PREFIX,...]` and the other arguments.

    Raises:
        InputError: A prefix is not a dotted path.
    """
    prefixes, others = [], []
    for argument in arguments:
        key, _, value = argument.partition("=")
        if key != OPTION:
            others.append(argument)
            continue
        for prefix in re.sub(r"[\[\]'\"\s]", "", value).split(","):
            if not _DOTTED.fullmatch(prefix):
                raise InputError(f"{argument}: give the dotted path of a package, as in {OPTION}=[my_package]")
            prefixes.append(prefix)
    return prefixes, others


def named_functions(arguments: Iterable[str]) -> list[str]:
    """The paths of the functions that arguments of the command line name as methods or metrics: this allows them."""
    found = (_NAMES_FUNCTION.fullmatch(argument) for argument in arguments)
    return [match[2].replace(":", ".") for match in found if match]


def refuse_key(keys: Iterable[Any]) -> None:
    """Refuse a configuration with the key `allow`.

    Raises:
        InputError: The configuration has the key.
    """
    if OPTION in keys:
        raise InputError(
            f"{OPTION} is not a key of a configuration: it is read from the command line only, as {OPTION}=[my_package]"
        )


def is_extension(target: str) -> bool:
    """Whether a path belongs to an installed extension, or to what the command line allows."""
    return _is_below(target, allowed()) or target.partition(".")[0] in _extensions()


def check_path(target: object, where: str) -> str:
    """Return a target whose package may be imported.

    Args:
        target: The value of `_target_`.
        where: The key of its node.

    Raises:
        InputError: It is not a dotted path, or may not be imported; the message names the argument that allows it.
    """
    if not isinstance(target, str) or not _DOTTED.fullmatch(target) or "." not in target:
        raise InputError(f"{where}._target_ is {str(target)[:80]!r}: give a dotted path, package.module.Name")
    if not (_is_below(target, (_OWN, *_IMPORTED)) or is_extension(target)):
        package = target.rpartition(".")[0]
        _refuse(target, where, "is not one of the classes that a configuration may name", package)
    return target


def check_object(found: object, target: str, where: str) -> None:
    """Check the object at a target before it is called.

    Args:
        found: The object at `target`.
        target: A path that `check_path` has passed.
        where: The key of its node.

    Raises:
        InputError: It is not a class or function, is defined elsewhere, or has the wrong class for its place.
    """
    if not (inspect.isclass(found) or inspect.isroutine(found)):
        raise InputError(f"{where}: _target_ {target} is not a class or function")
    if target in allowed():
        return
    root, home = target.partition(".")[0], str(getattr(found, "__module__", None))
    if home.partition(".")[0] != root:  # a module has imported it for its own use
        _refuse(target, where, f"is defined in {home}, not in {root}", target)
    if _is_below(target, allowed()) or not _is_below(target, (_OWN, *_IMPORTED)):
        return
    place = _place(where)
    if root == _OWN and inspect.isclass(found) and place is None:
        return
    made = _returned(found) if root == _OWN and not inspect.isclass(found) else found
    kinds = _ELSEWHERE if place is None else (_PLACES[place],)
    if not (inspect.isclass(made) and issubclass(made, _imported(kinds))):
        name = "part of a configuration" if place is None else kinds[0]
        _refuse(target, where, f"is not a {name}", target.rpartition(".")[0])


def _refuse(target: str, where: str, reason: str, words: str) -> NoReturn:
    raise InputError(
        f"{where}: _target_ {target} {reason}; if you trust it, add {OPTION}=[{words}] to the command line"
    )


def _is_below(path: str, prefixes: Iterable[str]) -> bool:
    return any(f"{path}.".startswith(f"{prefix}.") for prefix in prefixes)


def _extensions() -> set[str]:
    return {point.module.partition(".")[0] for point in entry_points(group=ENTRY_POINTS)}


def extension_folders() -> list[tuple[str, Path]]:
    """Names and folders of the packages that are installed extensions, which are not imported for it."""
    specs = [importlib.util.find_spec(name) for name in sorted(_extensions())]
    return [(spec.name, Path(folder)) for spec in specs if spec for folder in spec.submodule_search_locations or ()]


def _place(where: str) -> str | None:
    """The last part of a key that is a key of `_PLACES`, ignoring names that the user has chosen."""
    place, is_name = None, False
    for part in where.split("."):
        if not is_name and part in _PLACES:
            place = part
        is_name = not is_name and part in _COLLECTIONS
    return place


def _returned(function: Any) -> Any:
    """The class in the return annotation of a function, without its `| None`; None without such a class."""
    try:
        hint = typing.get_type_hints(function).get("return")
    except (NameError, TypeError):  # names that are imported for type checkers only
        return None
    kinds = [kind for kind in typing.get_args(hint) or (hint,) if kind is not type(None)]
    return kinds[0] if len(kinds) == 1 else None


def _imported(kinds: Iterable[str]) -> tuple[type, ...]:
    """Those of the classes at these paths that are imported: the others cannot have subclasses yet."""
    paths = (kind.rpartition(".") for kind in kinds)
    return tuple(getattr(sys.modules[module], name) for module, _, name in paths if module in sys.modules)
