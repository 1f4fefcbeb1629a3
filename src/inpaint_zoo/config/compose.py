"""Where the YAML files are, and how to compose a configuration from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import hydra
from hydra import version
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobRuntime
from hydra.errors import ConfigCompositionException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict

from inpaint_zoo.config.allowlist import extension_folders
from inpaint_zoo.config.error_messages import explain, no_such_key
from inpaint_zoo.config.overrides import quote_paths
from inpaint_zoo.errors import InputError

_PACKAGED = Path(__file__).parents[1] / "conf"
CONF_DIR = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[3] / "conf"
"""The YAML files: inside the package in a wheel, beside `src` in a checkout or an editable install."""

OWN_FOLDER: ContextVar[Path | None] = ContextVar("OWN_FOLDER", default=None)
"""The user's folder of YAML files, which `--config-dir` names, inside of a `hydra_session`."""
COMMAND_LINE = "command-line"
"""Hydra's name for the provider of that folder."""

# Hydra 1.3 warns without this argument, Hydra 1.4 warns with it
_OWN_DEFAULTS = {"version_base": "1.3"} if hydra.__version__.startswith("1.3.") else {}


@contextmanager
def hydra_session(job: str, config_path: str | None = None, config_dir: str | None = None) -> Iterator[Any]:
    """Initialise Hydra and restore its global state afterwards, also inside a running Hydra app.

    Args:
        job: Name of the job.
        config_path: A folder that replaces `conf/`.
        config_dir: A folder of the user, searched after `conf/`; None: that of the session around this one.

    Raises:
        InputError: `config_dir` is not a folder.
    """
    extra = OWN_FOLDER.get() if config_dir is None else Path(config_dir).expanduser().absolute()
    if extra is not None and not extra.is_dir():
        raise InputError(f"--config-dir {config_dir} is not a folder")
    runtime, versions = JobRuntime.instance(), version.VersionBase.instance()
    hydra_before, config_before = GlobalHydra.instance().hydra, HydraConfig.instance().cfg
    name_before, base_before = runtime.get("name"), versions.version_base
    GlobalHydra.instance().clear()
    token = OWN_FOLDER.set(extra)
    try:
        folder = Path(config_path or CONF_DIR).absolute()
        hydra.initialize_config_dir(str(folder), job_name=job, **_OWN_DEFAULTS)
        yield GlobalHydra.instance().hydra
    finally:
        OWN_FOLDER.reset(token)
        GlobalHydra.instance().hydra, HydraConfig.instance().cfg = hydra_before, config_before
        runtime.set("name", name_before)
        versions.version_base = base_before


def further_folders() -> list[tuple[str, Path]]:
    """Where YAML files are looked for after `conf/`, and who says so: `--config-dir`, and `conf/` of each extension."""
    own = OWN_FOLDER.get()
    of_extensions = [(name, folder / "conf") for name, folder in extension_folders() if (folder / "conf").is_dir()]
    return [*([] if own is None else [(COMMAND_LINE, own)]), *of_extensions]


def options(group: str) -> dict[str, Path]:
    """The files of a group by name, sorted, wherever they lie; the first one found counts, as for Hydra."""
    folders = [CONF_DIR, *(folder for _, folder in further_folders())]
    found = [path for folder in folders for path in (folder / group).glob("*.yaml")]
    return dict(sorted({path.stem: path for path in reversed(found)}.items()))


def option(group: str, name: str) -> DictConfig:
    """What one of `options` says, with the files that it is made of."""
    config = OmegaConf.load(options(group)[name])
    if "defaults" not in config:
        assert isinstance(config, DictConfig)
        return config
    with hydra_session(group):
        composed: DictConfig = compose(f"{group}/{name}", [])[group]
        return composed


def compose(name: str, overrides: Sequence[str], mode: RunMode = RunMode.RUN) -> DictConfig:
    """Compose a configuration, including the node `hydra`, inside `hydra_session`.

    Args:
        name: Name of the primary configuration.
        overrides: Overrides in Hydra's grammar.
        mode: With `MULTIRUN`, comma-separated values are jobs of a sweep.

    Raises:
        InputError: An override names a group that this configuration does not have.
        Exception: Any other error of Hydra.
    """
    load = GlobalHydra.instance().config_loader().load_configuration
    try:
        return load(name, list(overrides), mode)
    except ConfigCompositionException as error:
        group = re.match(r"Could not override '(.+?)'\. No match in the defaults list", str(error))
        if group is None:
            raise
        raise InputError(no_such_key(group[1], load(name, [], RunMode.MULTIRUN))) from error


def compose_config(verb: str, overrides: Sequence[str] = (), config_dir: str | None = None) -> DictConfig:
    """Compose the configuration of a verb as the command line would.

    Args:
        verb: As on the command line, for example `train` or `masks make`.
        overrides: What would follow the verb on the command line.
        config_dir: What would follow `--config-dir`.

    Raises:
        InputError: An override is wrong.
    """
    try:
        with hydra_session(verb, config_dir=config_dir):
            config = compose(config_name(verb), quote_paths(verb, overrides))
    except Exception as error:
        reason = explain(error)
        if reason is None:
            raise
        raise InputError(reason) from error
    return without_hydra(config)


def without_hydra(config: DictConfig) -> DictConfig:
    """Remove the node `hydra`, the settings of Hydra itself, from a composed configuration."""
    with open_dict(config):
        del config["hydra"]
    return config


def contains_time(node: DictConfig, key: str) -> bool:
    """Whether the value of a key is made of the time that a command starts at, `${now:...}`."""
    values: Any = OmegaConf.to_container(node)
    return re.search(r"(?<!\\)\$\{now:", str(values[key])) is not None


def config_name(verb: str) -> str:
    """The name of a verb's file in `conf/`: `import_weights` of `import-weights`, `masks_make` of `masks make`."""
    return verb.replace("-", "_").replace(" ", "_")


def output_dir() -> Path:
    """Return the folder of the running job, which Hydra has created; in a sweep, each job has its own."""
    return Path(HydraConfig.get().runtime.output_dir)
