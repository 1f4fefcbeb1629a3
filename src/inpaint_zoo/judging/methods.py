"""From the values of `methods` in a configuration to what they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.fills import FILLS
from inpaint_zoo.hashes import file_hash
from inpaint_zoo.judging.evaluation_set import EvaluationSet
from inpaint_zoo.judging.pictures import RESERVED_TITLES
from inpaint_zoo.matching import few
from inpaint_zoo.methods import ClassicalFill, Method, NetworkMethod, PictureFolder
from inpaint_zoo.protocols import Protocol
from inpaint_zoo.zoo import list_models, load_model


def build_methods(
    values: Mapping[str, str], device: torch.device, protocol: Protocol, weights: str | None = None
) -> dict[str, Method]:
    """Load everything that is to be compared.

    Args:
        values: By title: name of a classical fill, path of a checkpoint, or folder of pictures.
        device: Where networks run.
        protocol: May change networks, and say that they see the complete picture.
        weights: See `network_method`.

    Raises:
        InputError: nothing is given, a title cannot be a folder's name, or a value stands for nothing.
    """
    if not values:
        known = ", ".join(FILLS)
        raise InputError(
            f"methods is empty: give methods.NAME=VALUE, where VALUE is a checkpoint, a folder, or one of {known}."
        )
    return {title: _method(title, value, device, protocol, weights) for title, value in values.items()}


def _method(title: str, value: str, device: torch.device, protocol: Protocol, weights: str | None) -> Method:
    if not re.fullmatch(r"[\w .+()-]+", title) or title.strip(". ") != title or title in RESERVED_TITLES:
        raise InputError(f"methods.{title}: the name becomes a folder; use letters, digits, spaces and - _ + . only.")
    if value in FILLS:
        return ClassicalFill(FILLS[value], value)
    path = Path(value).expanduser()
    if path.is_dir():
        return PictureFolder(path, title)
    if not path.is_file():
        raise InputError(f"methods.{title}: '{value}' is no file, no folder and none of {', '.join(FILLS)}.")
    return network_method(path, title if title in list_models() else None, device, protocol, weights)


def network_method(
    path: Path, name: str | None, device: torch.device, protocol: Protocol, weights: str | None = None
) -> NetworkMethod:
    """A network as a protocol uses it.

    Args:
        path: Its weights.
        name: Name of the model; only published files need it.
        device: Where it runs.
        protocol: May change the network, and say that it sees the complete picture.
        weights: `raw` or `ema`, of a checkpoint that has both; None: the average where there is one.
    """
    model, network = load_model(path, name, protocol.network_overrides, weights)
    identity = {"model": model, "weights": file_hash(path.expanduser())}
    if weights == "raw":  # the file's own choice is the average
        identity["choice"] = weights
    return NetworkMethod(network, device, sees_complete=protocol.leaks, identity=identity)


def refuse_incomplete(methods: Mapping[str, Method], evaluation: EvaluationSet) -> None:
    """Say before any work which pictures a folder lacks, or has in another size.

    Raises:
        InputError: as said.
    """
    names: Sequence[str] = evaluation.dataset.names
    for title, method in methods.items():
        if not isinstance(method, PictureFolder):
            continue
        missing = method.missing(names)
        if missing:
            raise InputError(
                f"methods.{title}: {method.root} lacks {len(missing)} of {len(names)} pictures: {few(missing)}"
            )
        different = method.sizes_differ(evaluation.sizes)
        if different:
            raise InputError(
                f"methods.{title}: {len(different)} of {len(names)} pictures have another size: {few(different)}; "
                "make them at the size of the data, or give size="
            )
