"""Where the configuration lies, and how to compose it without the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hydra import version
from hydra._internal.config_repository import ConfigRepository
from hydra._internal.hydra import Hydra
from hydra._internal.utils import create_config_search_path
from hydra.core.config_search_path import ConfigSearchPath, SearchPathQuery
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobRuntime
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict

from inpaint_zoo.errors import InputError
from inpaint_zoo.explanation import explain
from inpaint_zoo.overrides import quote_paths

_PACKAGED = Path(__file__).parent / "conf"
CONF_DIR = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[2] / "conf"
"""The YAML files: inside the package in a wheel, beside `src` in a checkout or an editable install."""


class _Repository(ConfigRepository):
    """The YAML files, where a verb may have a plain value of the name of a config group (`predict` has `mask`)."""

    def __init__(self, search_path: ConfigSearchPath, config_name: str) -> None:
        super().__init__(search_path)
        loaded = self.load_config(config_name)
        content: Any = {} if loaded is None else OmegaConf.to_container(loaded.config)
        self.values = {key for key, value in content.items() if not isinstance(value, (dict, list))}

    def group_exists(self, config_path: str) -> bool:
        return config_path not in self.values and super().group_exists(config_path)


@contextmanager
def hydra_session(job: str, config_name: str, search_path: ConfigSearchPath) -> Iterator[Hydra]:
    """Lend a Hydra of our own; Hydra's global state is the same afterwards, also inside a running Hydra app."""
    runtime, versions = JobRuntime.instance(), version.VersionBase.instance()
    hydra_before, config_before = GlobalHydra.instance().hydra, HydraConfig.instance().cfg
    name_before, base_before = runtime.get("name"), versions.version_base
    GlobalHydra.instance().clear()
    version.setbase("1.3")
    try:
        hydra = Hydra.create_main_hydra2(task_name=job, config_search_path=search_path)
        loader: Any = hydra.config_loader
        loader.repository = _Repository(search_path, config_name)
        yield hydra
    finally:
        GlobalHydra.instance().hydra, HydraConfig.instance().cfg = hydra_before, config_before
        runtime.set("name", name_before)
        versions.version_base = base_before


def search_path_of(config_path: str | None = None, config_dir: str | None = None) -> ConfigSearchPath:
    """Where YAML files are looked for.

    Args:
        config_path: A folder in place of `conf/`.
        config_dir: A folder of the user's own, which comes first.

    Raises:
        InputError: `config_dir` is no folder.
    """
    search_path = create_config_search_path(str(Path(config_path or CONF_DIR).absolute()))
    if config_dir is not None:
        extra = Path(config_dir).expanduser().absolute()
        if not extra.is_dir():
            raise InputError(f"--config-dir {config_dir} is not a folder")
        search_path.prepend("command-line", f"file://{extra}", SearchPathQuery(provider="schema"))
    return search_path


def compose_config(verb: str, overrides: Sequence[str] = (), config_dir: str | None = None) -> DictConfig:
    """Compose the configuration of a verb as the command line would.

    Args:
        verb: As on the command line, for example `train` or `masks make`.
        overrides: What would follow the verb on the command line.
        config_dir: What would follow `--config-dir`.

    Raises:
        InputError: An override cannot be used.
    """
    name = config_name(verb)
    try:
        with hydra_session(verb, name, search_path_of(config_dir=config_dir)) as hydra:
            config = hydra.compose_config(name, quote_paths(verb, overrides), RunMode.RUN, from_shell=False)
    except Exception as error:
        reason = explain(error)
        if reason is None:
            raise
        raise InputError(reason) from error
    with open_dict(config):
        del config["hydra"]
    return config


def config_name(verb: str) -> str:
    """The name of a verb's file in `conf/`: `import_weights` of `import-weights`, `masks_make` of `masks make`."""
    return verb.replace("-", "_").replace(" ", "_")


def output_dir() -> Path:
    """Return the folder of the running job (of this one job in a sweep), made by Hydra before the job started."""
    return Path(HydraConfig.get().runtime.output_dir)
