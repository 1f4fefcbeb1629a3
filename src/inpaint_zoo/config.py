"""Where the configuration lies, and how to compose it or build a network from it without the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra import version
from hydra._internal.hydra import Hydra
from hydra._internal.utils import create_config_search_path
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobRuntime
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict

from inpaint_zoo.construct import locate
from inpaint_zoo.errors import InputError
from inpaint_zoo.explanation import explain
from inpaint_zoo.overrides import quote_paths
from inpaint_zoo.suggestion import did_you_mean

if TYPE_CHECKING:
    from torch import nn

_PACKAGED = Path(__file__).parent / "conf"
CONF_DIR = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[2] / "conf"
"""The YAML files: inside the package in a wheel, beside `src` in a checkout or an editable install."""


@contextmanager
def hydra_session(job: str, search_path: ConfigSearchPath) -> Iterator[Hydra]:
    """Lend a Hydra of our own; Hydra's global state is the same afterwards, also inside a running Hydra app."""
    runtime, versions = JobRuntime.instance(), version.VersionBase.instance()
    hydra_before, config_before = GlobalHydra.instance().hydra, HydraConfig.instance().cfg
    name_before, base_before = runtime.get("name"), versions.version_base
    GlobalHydra.instance().clear()
    version.setbase("1.3")
    try:
        yield Hydra.create_main_hydra2(task_name=job, config_search_path=search_path)
    finally:
        GlobalHydra.instance().hydra, HydraConfig.instance().cfg = hydra_before, config_before
        runtime.set("name", name_before)
        versions.version_base = base_before


def compose_config(verb: str, overrides: Sequence[str] = ()) -> DictConfig:
    """Compose the configuration of a verb as the command line would.

    Args:
        verb: Name of a file in `conf/`, for example `train`.
        overrides: What would follow the verb on the command line.

    Raises:
        InputError: An override cannot be used.
    """
    with hydra_session(verb, create_config_search_path(str(CONF_DIR))) as hydra:
        try:
            config = hydra.compose_config(
                config_name=verb.replace("-", "_"),
                overrides=quote_paths(verb, overrides),
                run_mode=RunMode.RUN,
                from_shell=False,
            )
        except Exception as error:
            reason = explain(error)
            if reason is None:
                raise
            raise InputError(reason) from error
    with open_dict(config):
        del config["hydra"]
    return config


def output_dir() -> Path:
    """Return the folder of the running job (of this one job in a sweep), made by Hydra before the job started."""
    return Path(HydraConfig.get().runtime.output_dir)


def list_models() -> list[str]:
    """Return the names that `create_model` and `model=` know, sorted."""
    return sorted(path.stem for path in (CONF_DIR / "model").glob("*.yaml"))


def create_model(name: str, weights: str | Path | None = None, **overrides: Any) -> nn.Module:
    """Build the network of a model, in eval mode, without loss network or discriminator.

    Args:
        name: One of `list_models()`.
        weights: A published weights file, or a checkpoint of ours; without it the weights are random.
        **overrides: Values for keys of `network` in `conf/model/NAME.yaml`, for example `base_channels=32`.

    Returns:
        A module that maps `(image, mask)` to a `Prediction`.

    Raises:
        InputError: The name or an override is unknown, or the weights do not fit.
    """
    known = list_models()
    if name not in known:
        raise InputError(f"there is no model '{name}'{did_you_mean(name, known)} (known: {', '.join(known)})")
    arguments = _model_config(name)
    network = arguments["network"]
    for key in overrides.keys() - network.keys():
        raise InputError(f"{name} has no '{key}'{did_you_mean(key, network)} (known: {', '.join(network)})")
    network_class = locate(arguments["_target_"]).network_class
    model: nn.Module = network_class(**{**network, **overrides})
    if weights is not None:
        # torch is imported only by who builds something
        from inpaint_zoo.models.weights import load_weights  # noqa: PLC0415

        load_weights(model, Path(weights).expanduser(), name)
    return model.eval()


def _model_config(name: str) -> dict[str, Any]:
    config = OmegaConf.load(CONF_DIR / "model" / f"{name}.yaml")
    return {
        key: OmegaConf.to_container(value, resolve=True) if OmegaConf.is_config(value) else value
        for key, value in config.items()
        if key in ("_target_", "network")
    }
