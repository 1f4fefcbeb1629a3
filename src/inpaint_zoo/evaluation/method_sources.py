"""Build the methods that a configuration names: networks, classical fills, functions, ONNX files, folders of images."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import torch

from inpaint_zoo.bundles import list_bundles, weights_file
from inpaint_zoo.checks import did_you_mean
from inpaint_zoo.config.functions import is_function
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.evaluation_set import EvaluationSet
from inpaint_zoo.evaluation.fillers import named_filler, read_network
from inpaint_zoo.evaluation.methods import ImageFolder, Method, NetworkMethod, SpandrelFile
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.evaluation.protocols import Protocol
from inpaint_zoo.evaluation.result_images import is_title
from inpaint_zoo.files.name_matching import few
from inpaint_zoo.models.weights import WeightsFile
from inpaint_zoo.runtime.arithmetic import USUAL, Arithmetic
from inpaint_zoo.zoo import filled_network, list_models


def check_sources(values: Mapping[str, str]) -> None:
    """Check titles, and that files and folders exist, before anything is read; arguments as for `build_methods`.

    Raises:
        InputError: No method is given, a title cannot be a folder's name, or a value is nothing of the known kinds.
    """
    known = ", ".join((*FILLS, *list_bundles()))
    if not values:
        raise InputError(
            f"methods is empty: give methods.NAME=VALUE, where VALUE is a checkpoint, a folder, or one of {known}."
        )
    for title, value in values.items():
        if not is_title(title):
            raise InputError(
                f"methods.{title}: the name becomes a folder; use letters, digits, spaces and - _ + . @ only."
            )
        if value in FILLS or is_function(value):
            continue
        path = weights_file(value)
        if not path.is_dir() and not path.is_file():
            raise InputError(f"methods.{title}: '{value}' is not a file, a folder or one of {known}.")


def build_methods(
    values: Mapping[str, str],
    device: torch.device,
    protocol: Protocol,
    weights: str | None = None,
    read: Mapping[str, WeightsFile] | None = None,
    *,
    arithmetic: Arithmetic = USUAL,
    match: str | Mapping[str, str] = "",
) -> dict[str, Method]:
    """Load the methods that are compared.

    Args:
        values: By title: what `named_filler` or `weights_file` takes, or a folder of images.
        device: Where networks run.
        protocol: May override arguments of networks, and may let them see the complete image.
        weights: `raw` or `ema`, for checkpoints that hold both; None: `ema` where there is one.
        read: Files of weights that have been read already, by title.
        arithmetic: How networks of this package compute.
        match: How images in folders are named, see `named_by`: in all folders, or by title; empty: as the samples.

    Raises:
        InputError: A file or a folder is not what it should be, or `arithmetic` or `match` concerns no method.
    """
    given: dict[str, str | WeightsFile] = {**values, **(read or {})}
    network = partial(_network_method, device=device, protocol=protocol, weights=weights, arithmetic=arithmetic)
    patterns = dict.fromkeys(values, match) if isinstance(match, str) else match
    methods = {
        title: _method(title, value, device, weights, network, match=patterns.get(title) or None)
        for title, value in given.items()
    }
    _refuse_patterns(match, methods)
    if not any(isinstance(method, NetworkMethod) for method in methods.values()):
        arithmetic.refuse_for(", ".join(methods))
    return methods


def _method(
    title: str,
    value: str | WeightsFile,
    device: torch.device,
    weights: str | None,
    network: Callable[[WeightsFile], NetworkMethod],
    *,
    match: str | None,
) -> Method:
    if isinstance(value, WeightsFile):
        return network(value)
    if (filler := named_filler(value)) is not None:
        return filler
    path = weights_file(value)
    if path.is_dir():
        return ImageFolder(path, title, match)
    read = read_network(path, title if title in list_models() else None, weights, device)
    return read if isinstance(read, SpandrelFile) else network(read)


def _refuse_patterns(match: str | Mapping[str, str], methods: Mapping[str, Method]) -> None:
    folders = [title for title, method in methods.items() if isinstance(method, ImageFolder)]
    if match and isinstance(match, str) and not folders:
        raise InputError(f"match={match} is for folders of images, and no method is one: leave it out")
    for title in match if isinstance(match, Mapping) else ():
        if title not in folders:
            raise InputError(
                f"match.{title}: no method of this name is a folder of images{did_you_mean(title, folders)}"
            )


def _network_method(
    file: WeightsFile, device: torch.device, protocol: Protocol, weights: str | None, arithmetic: Arithmetic
) -> NetworkMethod:
    """Build a network with the overrides of the protocol."""
    stored = file.weights
    overrides = protocol.network_overrides.get(stored.model, {})
    network = filled_network(stored, overrides)
    identity = {"model": stored.model, "weights": file.sha256}
    if weights == "raw":  # without a choice, the average is used
        identity["choice"] = weights
    return NetworkMethod(network, device, protocol.leaks, identity, arithmetic=arithmetic, trained_on=stored.trained_on)


def refuse_incomplete(methods: Mapping[str, Method], evaluation: EvaluationSet) -> None:
    """Check before the evaluation that every folder of images has all images in the right size.

    Raises:
        InputError: Images are missing or have another size.
    """
    names: Sequence[str] = evaluation.dataset.names
    for title, method in methods.items():
        if not isinstance(method, ImageFolder):
            continue
        missing = method.missing(names)
        if missing:
            raise InputError(
                f"methods.{title}: {method.root} lacks {len(missing)} of {len(names)} images: {few(missing)}"
                f"{method.there()}: name the images as the samples are named"
            )
        different = method.sizes_differ(evaluation.sizes)
        if different:
            raise InputError(
                f"methods.{title}: {len(different)} of {len(names)} images have another size: {few(different)}; "
                "make them at the size of the data, or give size="
            )
