r"""Quote the values of path keys before Hydra reads them, so that any file name simply works.

Hydra's override grammar gives a meaning to `( ) [ ] { } , = ' " \ $`, to numbers and to words such as `true`. A path
may hold all of them. The value of a path key is therefore handed to Hydra as one quoted string, with three exceptions:
a value that is already quoted stays as it is, a leading `~` is expanded, and the bare word `null` means "nothing" (a
file of that name is `./null`). Comma sweeps over path keys are thus not possible.
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
    "eval_data.root",
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
"""Keys whose values may hold braces, which a shell makes several arguments of unless they are quoted."""

VERB_PATH_KEYS = {"predict": ("images", "masks"), "runs": ("root",)}
"""Keys that are paths for one verb only."""

POSITIONAL_KEYS = {"verify": "results"}
"""The key that a verb's argument without `=` stands for; its value is a path."""

VERBS_WITH_METHODS = frozenset({"compare", "verify"})
VERBS_WITH_SEARCH = frozenset({"tune"})

GROUP_ALIASES = {"eval_mask": "mask@eval_mask", "lr_schedule": "lr_schedule@model.lr_schedule"}
"""Short names of config groups that stand at another place of the configuration."""

GROUPS_WITH_NONE = frozenset({"callbacks", "logger"})
"""Groups that offer `none`, which `null` means, too."""

VERB_ALIASES = {
    "masks make": {"kind": "mask", "of": "mask@mask.mask", "ratio": "mask.ratio"},
    # a plain value cannot have the name of a group
    **{verb: {"model": "model_name"} for verb in ("evaluate", "predict", "import-weights")},
}
"""Short names of one verb's groups and keys."""

_OVERRIDE = re.compile(r"(?P<prefix>\+{0,2})(?P<key>[^=+~\s][^=]*)=(?P<value>.*)", re.DOTALL)
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
_METHOD = re.compile(r"methods\.[^.]+")


def quote_paths(verb: str, overrides: Sequence[str]) -> list[str]:
    """Return the overrides of a verb with the values of its path keys quoted for Hydra.

    `methods.NAME=VALUE` of `compare` adds an entry and becomes `++methods.NAME='VALUE'` (likewise
    `methods={...}`); `eval_mask=NAME` is short for Hydra's `mask@eval_mask=NAME`, `lr_schedule=NAME` for
    `lr_schedule@model.lr_schedule=NAME`, `kind=`, `of=` and `ratio=` of `masks make` for `mask=`, `mask@mask.mask=` and
    `mask.ratio=`.

    Raises:
        InputError: A shell has expanded the braces of a list of shards, of which only the last one would count.
    """
    _refuse_expanded_braces(overrides)
    keys = {*PATH_KEYS, *VERB_PATH_KEYS.get(verb, ())}
    aliases = {**GROUP_ALIASES, **VERB_ALIASES.get(verb, {})}
    named = [_with_range(verb, _with_key(verb, override)) for override in overrides]
    return [_quote_override(override, keys, aliases, names_methods=verb in VERBS_WITH_METHODS) for override in named]


def _refuse_expanded_braces(overrides: Sequence[str]) -> None:
    keys = [override.partition("=")[0] for override in overrides]
    for key in SHARD_KEYS.intersection(keys):
        if keys.count(key) > 1:
            raise InputError(f"{key} is given {keys.count(key)} times: quote braces, as in '{key}=x-{{000..199}}.tar'")


def _with_key(verb: str, argument: str) -> str:
    """Put the key before an argument that is a path alone."""
    key = POSITIONAL_KEYS.get(verb)
    return f"{key}={argument}" if key and ("=" not in argument or Path(argument).is_file()) else argument


def _with_range(verb: str, override: str) -> str:
    """Make `search.KEY=RANGE` of `tune` an entry of the flat `search`, where `model` and `model.x` find room."""
    match = _OVERRIDE.fullmatch(override)
    if verb not in VERBS_WITH_SEARCH or match is None or not match["key"].startswith("search."):
        return override
    value = match["value"] if _QUOTED.fullmatch(match["value"]) else quote(match["value"])
    return f"++search={{{match['key'].removeprefix('search.')}:{value}}}"


def quote(value: str) -> str:
    """Return `value` as a quoted string of Hydra's grammar that is read back unchanged."""
    # OmegaConf reads ${...} inside strings of any kind: escape it, and the backslashes before it
    literal = re.sub(r"(\\*)\$\{", lambda match: match[1] * 2 + r"\${", value)
    # backslashes are ordinary to Hydra except before a quote and at the end
    escaped = re.sub(r"(\\*)('|\Z)", lambda match: match[1] * 2 + ("\\'" if match[2] else ""), literal)
    return f"'{escaped}'"


def _quote_override(override: str, keys: set[str], aliases: Mapping[str, str], names_methods: bool) -> str:
    match = _OVERRIDE.fullmatch(override)
    if match is None:
        return override
    prefix, key, value = match["prefix"], match["key"], match["value"]
    if key in aliases:
        return f"{prefix}{aliases[key]}={value}"
    if value == "null" and key in GROUPS_WITH_NONE:
        return f"{prefix}{key}=none"
    if names_methods and key == "methods":
        return f"++{key}={value}"
    is_method = names_methods and _METHOD.fullmatch(key) is not None
    if not is_method and key not in keys:
        return override
    if is_method:
        prefix = "++"
    if value != "null" and _QUOTED.fullmatch(value) is None:
        # str.format-like surprises are impossible here: expanduser only touches a leading ~
        value = quote(os.path.expanduser(value))  # noqa: PTH111 (Path would also normalise ./x and x//y)
    return f"{prefix}{key}={value}"
