"""Networks by name: build one, load weights into it, or let a checkpoint decide which one to build."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from inpaint_zoo.checks import did_you_mean
from inpaint_zoo.config.build import check_arguments, locate
from inpaint_zoo.config.compose import CONF_DIR
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.models.weights import Weights, read_weights


def list_models() -> list[str]:
    """Return the names that `create_model` and `model=` know, sorted."""
    return sorted(path.stem for path in (CONF_DIR / "model").glob("*.yaml"))


def create_model(name: str, weights: str | Path | None = None, **overrides: Any) -> InpaintingNetwork:
    """Build the network of a model, in evaluation mode, without loss network or discriminator.

    Args:
        name: One of `list_models()`.
        weights: A published file, or a checkpoint of this package; without it the weights are random. Arguments of the
            network that the file stores replace the defaults.
        **overrides: Values for keys of `network` in `conf/model/NAME.yaml`, for example `base_channels=32`.

    Returns:
        A module that maps `(image, mask)` to a `Prediction`.

    Raises:
        InputError: The name or an override is unknown, or the weights do not fit.
    """
    if weights is None:
        return _build(name, network_arguments(name, overrides)).eval()
    stored = read_weights(Path(weights).expanduser(), known_model(name))
    return filled_network(stored, network_arguments(name, {**stored.network, **overrides}))


def load_model(path: Path, name: str | None = None, choice: str | None = None) -> tuple[str, InpaintingNetwork]:
    """Build the network of a checkpoint, with its weights and in evaluation mode.

    Args:
        path: A checkpoint of this package, or a published file.
        name: Name of the model; only published files need it.
        choice: `raw` or `ema`, for a checkpoint that holds both weights; None: `ema` if there is one.

    Returns:
        The name of the model and the network.

    Raises:
        InputError: The file cannot be read, or holds another model than `name`.
    """
    stored = read_weights(path.expanduser(), None if name is None else known_model(name), choice)
    return stored.model, filled_network(stored, network_arguments(stored.model, stored.network))


def network_arguments(name: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """All arguments of a network: those of `conf/model/NAME.yaml`, updated with `overrides`.

    Raises:
        InputError: The name or an override is unknown.
    """
    node: Any = OmegaConf.load(CONF_DIR / "model" / f"{known_model(name)}.yaml").network
    defaults: Any = OmegaConf.to_container(node, resolve=True)
    for key in overrides.keys() - defaults.keys():
        raise InputError(f"{name} has no '{key}'{did_you_mean(key, defaults)} (known: {', '.join(defaults)})")
    return {**defaults, **overrides}


def known_model(name: str) -> str:
    """Return `name`; an `InputError` that suggests the most similar name if there is no such model."""
    known = list_models()
    if name not in known:
        raise InputError(f"there is no model '{name}'{did_you_mean(name, known)} (known: {', '.join(known)})")
    return name


def _build(name: str, arguments: Mapping[str, Any]) -> InpaintingNetwork:
    target = OmegaConf.load(CONF_DIR / "model" / f"{name}.yaml")._target_
    network_class: type[InpaintingNetwork] = locate(target).network_class
    check_arguments(network_class, arguments, name)
    return network_class(**arguments)


def filled_network(stored: Weights, arguments: Mapping[str, Any]) -> InpaintingNetwork:
    """Build the network for stored weights and load them, in evaluation mode; an `InputError` if they do not fit."""
    network = _build(stored.model, arguments)
    stored.apply(network)
    return network.eval()
