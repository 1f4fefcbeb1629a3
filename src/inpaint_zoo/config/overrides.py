r"""Quote the values of path keys before Hydra parses them, so that every file name works.

In Hydra's override grammar, `( ) [ ] { } , = ' " \ $`, numbers and words such as `true` have a meaning, but a path may
contain all of them. The value of a path key is therefore passed to Hydra as one quoted string, with three exceptions: a
value that is already quoted stays as it is, a leading `~` is expanded, and the word `null` without quotes means no path
(a file of that name is `./null`). A sweep over the values of a path key is therefore not possible with commas.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from inpaint_zoo.errors import InputError

PATH_KEYS = (
    "ckpt",
    "ckpt_path",
    "data.exclude",
    "data.masks",
    "data.root",
    "data.test",
    "data.train",
    "data.val",
    "eval_mask.mask.root",
    "eval_mask.root",
    "inception_weights",
    "init_from",
    "lpips_weights",
    "manifest",
    "mask.mask.root",
    "mask.root",
    "model.loss_network",
    "output",
    "results",
    "run_dir",
    "source",
)
"""Keys whose values are paths for every verb."""

SHARD_KEYS = frozenset({"data.test", "data.train", "data.val"})
"""Keys whose values may contain braces, which a shell expands to several arguments unless they are quoted."""

VERB_PATH_KEYS = {
    "audit": ("method", "corpus"),
    "benchmark": ("against",),
    "compare": ("match",),
    "certify": ("metrics", "corpus"),
    "predict": ("images", "masks"),
    "replay": ("file",),
    "runs": ("root",),
    "study collect": ("key",),
}
"""Keys whose values are paths only for one verb."""

POSITIONAL_KEYS = {
    "audit": "method",
    "certify": "metrics",
    "replay": "file",
    "study": "results",
    "verify": "results",
}
"""The key of a verb's argument without `=`, whose value is a path or the name of a function."""

LISTED_KEYS = {"board": "results", "study collect": "answers"}
"""The key of all arguments of a verb without `=`, whose values are paths."""

NAMED_KEYS: Mapping[str, tuple[str, ...]] = {
    "board": ("methods", "cards"),
    "compare": ("methods", "match"),
    **dict.fromkeys(("app", "verify"), ("methods",)),
}
"""The keys of a verb below which a user gives names, such as `methods.NAME`, whose values are paths."""
VERBS_WITH_SEARCH = frozenset({"tune"})

GROUP_ALIASES = {"eval_mask": "mask@eval_mask", "lr_schedule": "lr_schedule@model.lr_schedule"}
"""Short names of config groups that are used at another place of the configuration."""

GROUPS_WITH_NONE = frozenset({"callbacks", "logger"})
"""Groups with the choice `none`, for which `null` may be written, too."""

VERB_ALIASES = {
    "masks make": {"kind": "mask", "of": "mask@mask.mask", "ratio": "mask.ratio"},
    # a plain key cannot have the name of a group
    **{
        verb: {"model": "model_name"}
        for verb in ("evaluate", "predict", "import-weights", "models", "bundle", "export")
    },
}
"""Short names of groups and keys of one verb."""

_OVERRIDE = re.compile(r"(?P<prefix>\+{0,2})(?P<key>[^=+~\s][^=]*)=(?P<value>.*)", re.DOTALL)
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
_EMPTY = ("", "''", '""')


def quote_paths(verb: str, overrides: Sequence[str]) -> list[str]:
    """Return the overrides of a verb with the values of its path keys quoted for Hydra.

    `methods.NAME=VALUE` of `compare` adds an entry and becomes `++methods.NAME='VALUE'` (likewise
    `methods={...}` and `match.NAME=PATTERN`); `eval_mask=NAME` is short for Hydra's `mask@eval_mask=NAME`,
    `lr_schedule=NAME` for `lr_schedule@model.lr_schedule=NAME`, `kind=`, `of=` and `ratio=` of `masks make` for
    `mask=`, `mask@mask.mask=` and `mask.ratio=`.

    Raises:
        InputError: A path is empty; or a shell has expanded the braces of a list of shards, or several files are given
            where one is looked at, so that only the last would be used.
    """
    _refuse_expanded_braces(overrides)
    overrides = _with_list(verb, overrides)
    keys = {*PATH_KEYS, *VERB_PATH_KEYS.get(verb, ())} - {LISTED_KEYS.get(verb)}
    aliases = {**GROUP_ALIASES, **VERB_ALIASES.get(verb, {})}
    named = [_with_range(verb, with_key(verb, override)) for override in overrides]
    _refuse_several(verb, named)
    return [_quote_override(override, keys, aliases, NAMED_KEYS.get(verb, ())) for override in named]


def overridden_key(override: str) -> str:
    """The key of an override in Hydra's grammar: `model.network.base_channels` of `++model.network.base_channels=8`."""
    return override.lstrip("+~").partition("=")[0]


def _refuse_expanded_braces(overrides: Sequence[str]) -> None:
    keys = [override.partition("=")[0] for override in overrides]
    for key in SHARD_KEYS.intersection(keys):
        if keys.count(key) > 1:
            raise InputError(f"{key} is given {keys.count(key)} times: quote braces, as in '{key}=x-{{000..199}}.tar'")


def _refuse_several(verb: str, overrides: Sequence[str]) -> None:
    """Refuse several arguments without a key where one is used."""
    key = POSITIONAL_KEYS.get(verb)
    given = [override.partition("=")[2] for override in overrides if override.startswith(f"{key}=")]
    if key is not None and len(given) > 1:
        raise InputError(f"{key} is given {len(given)} times ({', '.join(given)}): give one of them")


def with_key(verb: str, argument: str) -> str:
    """Put the key before an argument that is only a path or a name."""
    key = POSITIONAL_KEYS.get(verb)
    return f"{key}={argument}" if key and _is_path(argument) else argument


def _is_path(argument: str) -> bool:
    return "=" not in argument or Path(argument).is_file()


def _with_list(verb: str, overrides: Sequence[str]) -> Sequence[str]:
    """Collect the arguments that are only paths into a list."""
    key = LISTED_KEYS.get(verb)
    given = [one for one in overrides if key and ("=" not in one or Path(one).exists())]
    if not given:
        return overrides
    others = [one for one in overrides if one not in given]
    if any(overridden_key(one) == key for one in others):
        raise InputError(f"{key}= is given beside {given[0]}: give all of them without the key")
    paths = ",".join(quote(os.path.expanduser(one)) for one in given)  # noqa: PTH111 - as below
    return [*others, f"{key}=[{paths}]"]


def _with_range(verb: str, override: str) -> str:
    """Turn `search.KEY=RANGE` of `tune` into an entry of the flat `search`, which may hold `model` and `model.x`."""
    match = _OVERRIDE.fullmatch(override)
    if verb not in VERBS_WITH_SEARCH or match is None or not match["key"].startswith("search."):
        return override
    value = match["value"] if _QUOTED.fullmatch(match["value"]) else quote(match["value"])
    return f"++search={{{match['key'].removeprefix('search.')}:{value}}}"


def quote(value: str) -> str:
    """Return a quoted string in Hydra's grammar that is parsed back to exactly `value`."""
    # OmegaConf resolves ${...} inside all strings: escape it, and the backslashes before it
    literal = re.sub(r"(\\*)\$\{", lambda match: match[1] * 2 + r"\${", value)
    # for Hydra, backslashes are special only before a quote and at the end
    escaped = re.sub(r"(\\*)('|\Z)", lambda match: match[1] * 2 + ("\\'" if match[2] else ""), literal)
    return f"'{escaped}'"


def _quote_override(override: str, keys: set[str], aliases: Mapping[str, str], named: Sequence[str]) -> str:
    match = _OVERRIDE.fullmatch(override)
    if match is None:
        return override
    prefix, key, value = match["prefix"], match["key"], match["value"]
    if key in aliases:
        return f"{prefix}{aliases[key]}={value}"
    if value == "null" and key in GROUPS_WITH_NONE:
        return f"{prefix}{key}=none"
    if key in named and key not in keys:
        return f"++{key}={value}"
    is_named = any(re.fullmatch(rf"{above}\.[^.]+", key) for above in named)
    if not is_named and key not in keys:
        return override
    if value in _EMPTY:
        raise InputError(f"{key}= is empty: give {key}=PATH, such as {key}=. for the current folder")
    if value != "null" and _QUOTED.fullmatch(value) is None:
        value = quote(os.path.expanduser(value))  # noqa: PTH111 (Path would also normalize ./x and x//y)
    return _added(key, value) if is_named else f"{prefix}{key}={value}"


def _added(key: str, value: str) -> str:
    """The override that adds an entry; behind an @ in a key, Hydra would see a package."""
    group, _, name = key.partition(".")
    return f"++{group}={{{name}:{value}}}" if "@" in name else f"++{key}={value}"


def as_given(verb: str, message: str) -> str:
    """A message in which keys are called as the verb calls them: `ratio=` of `masks make` for `mask.ratio=`.

    Args:
        verb: Name of the verb.
        message: May name keys, before `=`, `:` or a quotation mark.
    """
    for alias, key in VERB_ALIASES.get(verb, {}).items():
        message = re.sub(rf"(?<![\w./@+]){re.escape(key)}(?=[=:'])", alias, message)
    return message
