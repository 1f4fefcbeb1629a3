"""The text that `--help`, `--cfg` and `--info` print about the configuration of a verb."""

from __future__ import annotations

import argparse
import copy
import string
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hydra.core.default_element import ResultDefault
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode
from omegaconf import Container, DictConfig, OmegaConf, open_dict

from inpaint_zoo.config.comments import comments_in, with_comments
from inpaint_zoo.config.compose import without_hydra
from inpaint_zoo.config.error_messages import no_such_key, offered
from inpaint_zoo.errors import InputError

WIDTH = 80
"""Of what `--help` prints, in characters."""


def shown(options: argparse.Namespace, name: str, config: DictConfig, overrides: Sequence[str]) -> str:
    """The text that the options ask for.

    Args:
        options: Of the command line; one of `help`, `cfg` and `info` is set.
        name: Name of the primary configuration.
        config: The composed configuration, with the node `hydra`.
        overrides: The overrides that it was composed with.

    Raises:
        InputError: `--package` names no part of the configuration.
    """
    if options.help:
        return _help(name, config, overrides)
    if options.cfg:
        return _configuration(copy.deepcopy(config), options)
    return _origins(name, config, overrides)


def _help(name: str, config: DictConfig, overrides: Sequence[str]) -> str:
    choices = [group for group in config.hydra.runtime.choices if not group.startswith("hydra/")]
    loader = GlobalHydra.instance().config_loader()
    options = {group: offered(loader.get_group_options(group.partition("@")[0])) for group in sorted(choices)}
    groups = "\n".join(f"{group}: {', '.join(names)}" for group, names in options.items() if names) or "none"
    plain = OmegaConf.to_yaml(without_hydra(copy.deepcopy(config)))
    text = string.Template(config.hydra.help.template).substitute(
        APP_CONFIG_GROUPS=groups,
        CONFIG=with_comments(plain, comments_in(_files(name, config, overrides)), WIDTH),
    )
    lines = (textwrap.wrap(line, WIDTH, subsequent_indent="    ", break_long_words=False) for line in text.splitlines())
    return "\n".join("\n".join(line) for line in lines)


def _files(name: str, config: DictConfig, overrides: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """The YAML files that make up the configuration, in order, and the key that each is below."""
    folders = [Path(source.path) for source in config.hydra.runtime.config_sources if source.schema == "file"]
    for file in _defaults(name, overrides):
        found = (folder / f"{file.config_path}.yaml" for folder in folders)
        path = next((path for path in found if path.is_file()), None)
        if path is not None:
            yield path, file.package or ""


def _configuration(config: DictConfig, options: argparse.Namespace) -> str:
    if options.cfg == "job":
        without_hydra(config)
    elif options.cfg == "hydra":
        with open_dict(config):
            for key in [str(key) for key in config if key != "hydra"]:
                del config[key]
    part: Any = config
    package = None if options.package == "_global_" else options.package
    if package is not None:
        part = OmegaConf.select(config, package)
        if part is None:
            raise InputError(f"--package {package}: {no_such_key(package, config)}")
    if not isinstance(part, Container):
        return str(part)
    title = "" if package is None else f"# @package {package}\n"
    return title + OmegaConf.to_yaml(part, resolve=options.resolve).removesuffix("\n")


def _origins(name: str, config: DictConfig, overrides: Sequence[str]) -> str:
    """Where YAML files are searched, and which of them make up the configuration, in order."""
    folders = [f"{source.provider}: {source.path}" for source in config.hydra.runtime.config_sources if source.path]
    made_of = [
        f"{file.config_path} -> {file.package or 'the whole configuration'}" for file in _defaults(name, overrides)
    ]
    return "\n".join(["Looked for in:", *folders, "", "Made of (later ones win):", *made_of])


def _defaults(name: str, overrides: Sequence[str]) -> Sequence[ResultDefault]:
    """What the configuration is composed of, in order."""
    loader = GlobalHydra.instance().config_loader()
    defaults: Sequence[ResultDefault] = loader.compute_defaults_list(name, list(overrides), RunMode.RUN).defaults
    return defaults
