"""Networks by name: build one, load weights into it, or let a checkpoint decide which one to build."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from omegaconf import OmegaConf
from omegaconf.errors import UnsupportedValueType

from inpaint_zoo.bundles import list_bundles, packaged_weights, weights_file
from inpaint_zoo.checks import check_mapping, did_you_mean
from inpaint_zoo.config.build import check_arguments, construct, locate, locate_network
from inpaint_zoo.config.compose import option, options
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.models.weights import Weights, read_weights

if TYPE_CHECKING:
    from inpaint_zoo.models.base import InpaintingModule

LARGEST_USUAL = 1024
"""A network with a larger argument is first built without memory, which takes seconds."""


def list_models() -> list[str]:
    """Return the names that `create_model` and `model=` know, sorted; those of installed extensions are among them.

    Examples:
        >>> list_models()
        ['ctsdg', 'deepfillv2', 'edgeconnect', 'madf', 'misf', 'pconv', 'rfr']
    """
    return [name for name in options("model") if not name.startswith("_")]


def create_model(name: str, weights: str | Path | None = None, **overrides: Any) -> InpaintingNetwork:
    """Build the network of a model, in evaluation mode, without loss network or discriminator.

    Args:
        name: One of `list_models()`.
        weights: A published file, a checkpoint of this package, a model with packaged weights, or an address
            `hf://OWNER/NAME` (see `bundles.hub`); without it the weights are random. Arguments of the network that the
            file stores replace the defaults.
        **overrides: Values for keys of `network` in `conf/model/NAME.yaml`, for example `base_channels=32`.

    Returns:
        A module that maps `(image, mask)` to a `Prediction`.

    Examples:
        >>> import torch
        >>> network = create_model("misf", base_channels=8, num_residual_blocks=1)
        >>> image, mask = torch.rand(1, 3, 64, 96), torch.zeros(1, 1, 64, 96)
        >>> mask[..., 16:48, 16:48] = 1
        >>> network(image, mask).composite.shape
        torch.Size([1, 3, 64, 96])

    Raises:
        InputError: The name or an override is unknown, or the weights do not fit.
    """
    if weights is None:
        return _called(network_class(name), network_arguments(name, overrides), name).eval()
    return filled_network(read_weights(_file(weights, "weights"), known_model(name)), overrides)


def create_module(name: str, **overrides: Any) -> InpaintingModule:
    """Build a model ready for a `pytorch_lightning.Trainer`: its network, discriminator, losses and optimizer.

    Args:
        name: One of `list_models()`.
        **overrides: Arguments of the module that replace those of `conf/model/NAME.yaml`; of a mapping such as
            `network` or `loss_weights`, only the keys that are given. `optimizer` and `lr_schedule` may be functions,
            as `InpaintingModule` describes them.

    Examples:
        >>> create_module("misf", network={"base_channels": 8}, loss_weights={"perceptual": 0, "style": 0}).name
        'misf'

    Raises:
        InputError: The name or an override is unknown or wrong.
    """
    node: Any = OmegaConf.to_container(option("model", known_model(name)))
    given = {}
    for key, value in overrides.items():
        if not isinstance(node.get(key), Mapping) or callable(value):
            given[key] = value
        elif isinstance(value, Mapping):
            _refuse_unknown(f"{name}.{key}", value, node[key])
            node[key].update(value)
        else:
            raise InputError(f"{name}.{key} is {value!r}: give a mapping, with keys such as {next(iter(node[key]))!r}")
    try:
        settings = OmegaConf.create({name: node})[name]
    except UnsupportedValueType as error:  # an array or a tensor
        raise InputError(
            f"{error.full_key}: {str(error).splitlines()[0]}: give a plain number, text, list or mapping"
        ) from error
    module: InpaintingModule = construct(settings, **given)
    return module


def load_model(path: str | Path, name: str | None = None, choice: str | None = None) -> tuple[str, InpaintingNetwork]:
    """Build the network of a checkpoint, with its weights and in evaluation mode.

    Args:
        path: As `weights` of `create_model`.
        name: Name of the model that it must be.
        choice: `raw` or `ema`, for a checkpoint that holds both weights; None: `ema` if there is one.

    Returns:
        The name of the model and the network.

    Raises:
        InputError: The file cannot be read, or holds another model than `name`, or its network is of another package
            that is neither an installed extension nor allowed (see `config.allowlist.allowing`).
    """
    stored = read_weights(_file(path, "path"), None if name is None else known_model(name), choice)
    return stored.model, filled_network(stored)


def load_packaged(name: str) -> InpaintingNetwork:
    """Build the network of a model with the trained weights that come with the package, in evaluation mode.

    Raises:
        InputError: There is no such model, or none of its weights come with the package.
    """
    path = packaged_weights(known_model(name))
    if path is None:
        there = f" (there are those of {', '.join(list_bundles())})" if list_bundles() else ""
        raise InputError(f"no weights of {name} come with the package{there}: give a checkpoint or a published file.")
    return load_model(path, name)[1]


def network_arguments(name: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """All arguments of a network: those of `conf/model/NAME.yaml`, updated with `overrides`.

    Raises:
        InputError: The name or an override is unknown.
    """
    defaults: Any = OmegaConf.to_container(option("model", known_model(name)).network, resolve=True)
    _refuse_unknown(name, overrides, defaults)
    return {**defaults, **overrides}


def _refuse_unknown(owner: str, given: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    check_mapping(given, "model.network")
    for key in given.keys() - known.keys():
        raise InputError(f"{owner} has no '{key}'{did_you_mean(key, known)} (known: {', '.join(known)})")


def network_class(name: str) -> type[InpaintingNetwork]:
    """The class of a model's network.

    Raises:
        InputError: The name is unknown.
    """
    found: type[InpaintingNetwork] = locate_network(option("model", known_model(name))._target_, f"model={name}")
    return found


def known_model(name: str, *others: str) -> str:
    """Return `name`; an `InputError` that suggests the most similar name if it is no model and none of `others`."""
    known = [*list_models(), *others]
    if name not in known:  # `name` may be anything
        raise InputError(f"there is no model '{name}'{did_you_mean(str(name), known)} (known: {', '.join(known)})")
    return name


def _file(path: str | Path, argument: str) -> Path:
    if not isinstance(path, str | os.PathLike) or not str(path):
        raise InputError(f"{argument}={path!r} names no file: give the path of a checkpoint, or of a published file.")
    return weights_file(path)


def filled_network(stored: Weights, overrides: Mapping[str, Any] | None = None) -> InpaintingNetwork:
    """Build the network that `stored` is for and fill it, in eval mode.

    Args:
        stored: Says which network it is for, and its arguments.
        overrides: Of these arguments.

    Raises:
        InputError: They do not fit, or the network is of a package that is not allowed.
    """
    arguments, own = {**stored.network, **(overrides or {})}, _is_own(stored.network_class)
    if stored.network_class is None or (own and stored.model in list_models()):
        kind, arguments = network_class(stored.model), network_arguments(stored.model, arguments)
    else:
        kind = _stated_class(stored)
    build = partial(_called, kind, arguments, stored.model)
    if own and _largest(arguments) > LARGEST_USUAL:
        _refuse_other_sizes(stored, build)
    network = build()
    stored.apply(network)
    return network.eval()


def _largest(arguments: Any) -> float:
    """The largest number in arguments of a network."""
    if isinstance(arguments, int | float):
        return arguments
    inner = list(arguments.values()) if isinstance(arguments, Mapping) else arguments
    return max(map(_largest, inner), default=0) if isinstance(inner, list | tuple) else 0


def _refuse_other_sizes(stored: Weights, build: Callable[[], InpaintingNetwork]) -> None:
    """Compare names and shapes before there is memory for them: a damaged file may describe a network of any size."""
    try:
        with torch.device("meta"):
            network = build()
    except (RuntimeError, TypeError, OverflowError) as error:  # a size that is no number of bytes
        raise InputError(f"{stored.path} describes a network that is too large for any memory") from error
    stored.converted_for(network)


def _is_own(path: str | None) -> bool:
    """Whether a network is of this package: by the path of its class, or by being a published one, without a path."""
    return path is None or str(path).startswith(f"{__package__}.")


def _stated_class(stored: Weights) -> type[InpaintingNetwork]:
    found = locate(stored.network_class, str(stored.path))
    if not (inspect.isclass(found) and issubclass(found, InpaintingNetwork)):
        raise InputError(f"{stored.path}: its network {stored.network_class} is no InpaintingNetwork")
    return found


def _called(kind: type[InpaintingNetwork], arguments: Mapping[str, Any], name: str) -> InpaintingNetwork:
    check_arguments(kind, arguments, name)
    return kind(**arguments)
