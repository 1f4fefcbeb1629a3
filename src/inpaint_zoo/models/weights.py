"""Files of weights: our checkpoints, converted files, and published files; read safely, loaded strictly."""

from __future__ import annotations

import hashlib
import importlib
import os
import pickle
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor, nn

from inpaint_zoo.errors import DamagedFileError, InputError
from inpaint_zoo.files.source import opened
from inpaint_zoo.files.tensors_file import load_tensors
from inpaint_zoo.images.record import ImageRecord, read_records
from inpaint_zoo.models.conversion import StateDict, bare_name, network_state, rename_strictly
from inpaint_zoo.models.safetensors_file import is_safetensors, read_safetensors
from inpaint_zoo.models.statement import STATEMENT, stated, statement

MODEL_KEY = "inpaint_zoo_model"
"""Entry of a checkpoint: the name of its model."""
NETWORK_KEY = "inpaint_zoo_network"
"""Entry of a checkpoint: the dotted path of its network's class, by which networks of other packages are found."""
TRAINED_KEY = "current_model_state"
"""Entry of a checkpoint whose `state_dict` holds a moving average: the state dict of the trained weights."""
AVERAGED_KEY = "averaged_model_state"
"""Entry for the moving average while a checkpoint is loaded to resume a training."""
TRAINED_ON_KEY = "inpaint_zoo_training_images"
"""Entry of a checkpoint: the `entry` of the `ImageRecord` of each set of images that it was trained on."""
NETWORK = "network."
"""Prefix of the names of the network's entries."""
CHOICES = ("raw", "ema")
"""The weights of a checkpoint with a moving average: as trained, or averaged."""
MAXIMUM_BYTES = 8 * 1024**3
"""A larger file cannot be one of these networks."""
_PART = 1024**2


@dataclass(frozen=True)
class Weights:
    """Weights from a file, and what the file says about their model."""

    path: Path
    model: str
    """Name of the model, e.g. `misf`."""
    network: Mapping[str, Any]
    """Arguments of the network that the file determines; the others keep their defaults."""
    state: Mapping[str, Any]
    convert: Callable[[Mapping[str, Any], Mapping[str, Tensor]], StateDict]
    network_class: str | None = None
    """Dotted path of the network's class, as the file says; None where it does not. It may be any text."""
    trained_on: Sequence[ImageRecord] | None = None
    """The images of its training; None where the file does not say."""

    def apply(self, network: nn.Module) -> None:
        """Load these weights into `network`.

        Raises:
            InputError: Names or shapes differ, or values are not finite; the message names them.
        """
        state = self.converted_for(network)
        refuse_broken_values(self.path, state)
        network.load_state_dict(state)

    def converted_for(self, network: nn.Module) -> StateDict:
        """These weights under the names of `network`, whose own values are not read.

        Raises:
            InputError: Names or shapes differ; the message names them.
        """
        try:
            return self.convert(self.state, network.state_dict())
        except InputError as error:
            raise InputError(f"{self.path}: {error}") from error


def read_weights(
    path: Path, model: str | None, choice: str | None = None, update: Callable[[bytes], object] | None = None
) -> Weights:
    """Read a checkpoint or converted file of ours, or a published file.

    Args:
        path: The file, or a folder with published files that are one network together.
        model: Name of the model that it must be; None: what the file says, or what the names of its tensors tell.
        choice: `raw` (as trained) or `ema` (their moving average); None: the average if the file has one.
        update: Called with the bytes of the file, part by part, to hash them.

    Raises:
        InputError: The file is missing, damaged, not a checkpoint, of another model, or has no average.
    """
    if choice is not None and choice not in CHOICES:
        raise InputError(f"weights={choice} is unknown (known: {', '.join(CHOICES)}; null: ema where there is one)")
    is_folder = os.path.isdir(path)  # noqa: PTH112  # Path.is_dir raises for a name that is too long
    return _weights(
        path, _published_folder(path, update) if is_folder else read_checkpoint(path, update), model, choice
    )


def weights_among(state: Mapping[str, Any]) -> Weights:
    """The weights in what another library has read of a file: a state dict of ours, or the content of a published file.

    Raises:
        InputError: It is neither, or it is damaged; an `UnknownNetworkError` where nothing tells the network.
    """
    entries = stated(state)
    return _weights(Path("this file"), {**entries, "state_dict": state} if entries else state, None, None)


def _weights(path: Path, checkpoint: Mapping[str, Any], model: str | None, choice: str | None) -> Weights:
    if choice == "ema" and TRAINED_KEY not in checkpoint:
        raise InputError(f"{path} holds no moving average (ema_decay of train keeps one): leave out weights=ema.")
    name = checkpoint.get(MODEL_KEY)
    if name is None:
        return _published(path, checkpoint, model)
    if not str(name).isidentifier():  # it becomes the name of a folder
        raise InputError(f"{path} names a model {str(name)[:80]!r}: letters, digits and _ make a name.")
    if model is not None and model != name:
        raise _other_model(path, str(name), model)
    arguments, state = _own_parts(path, checkpoint, trained=choice == "raw")
    trained_on = read_records(checkpoint.get(TRAINED_ON_KEY))
    return Weights(path, str(name), arguments, state, _of_network, checkpoint.get(NETWORK_KEY), trained_on)


class UnknownNetworkError(InputError):
    """The names of the tensors in a file tell no network of this package."""


class WeightsFile(NamedTuple):
    """The content of a file of weights."""

    weights: Weights
    sha256: str
    """Hash of the file's bytes."""


def read_weights_file(path: Path, name: str | None, weights: str | None) -> WeightsFile:
    """Read and hash a file of weights in one pass; for the arguments see `read_weights`.

    Raises:
        InputError: As for `read_weights`.
    """
    digest = hashlib.sha256()
    return WeightsFile(read_weights(path, name, weights, digest.update), digest.hexdigest())


def _own_parts(path: Path, checkpoint: Mapping[str, Any], *, trained: bool) -> tuple[Mapping[str, Any], StateDict]:
    """The arguments of the network and the state dict in a checkpoint of ours."""
    state = checkpoint.get(TRAINED_KEY if trained and TRAINED_KEY in checkpoint else "state_dict")
    given = checkpoint.get("hyper_parameters")
    arguments = given.get("network") if isinstance(given, Mapping) else None
    if not (isinstance(state, Mapping) and isinstance(arguments, Mapping)):
        lacking = "hyper_parameters.network" if isinstance(state, Mapping) else "state_dict"
        raise DamagedFileError(f"{path} is damaged: it has no {lacking}.")
    own = {bare_name(str(key)): value for key, value in state.items()}
    own.pop(STATEMENT, None)
    return arguments, own


def converted(
    name: str, network: nn.Module, arguments: Mapping[str, Any], trained_on: Sequence[ImageRecord] | None = None
) -> dict[str, Any]:
    """The content of a file of ours with only a network: a checkpoint without training state."""
    state = {f"{NETWORK}{key}": value for key, value in network.state_dict().items()}
    entries = {**identity(name, type(network)), "hyper_parameters": {"network": dict(arguments)}}
    return {**entries, **trained_on_entry(trained_on), "state_dict": {**state, STATEMENT: statement(entries)}}


def trained_on_entry(records: Sequence[ImageRecord] | None) -> dict[str, Any]:
    """The entry of a checkpoint that says what it was trained on; none where it is not known."""
    return {} if records is None else {TRAINED_ON_KEY: [record.entry() for record in records]}


def identity(name: str, network_class: type[nn.Module]) -> dict[str, Any]:
    """The entries of a checkpoint that say which network it holds."""
    return {MODEL_KEY: name, NETWORK_KEY: f"{network_class.__module__}.{network_class.__qualname__}"}


def _of_network(state: Mapping[str, Any], expected: Mapping[str, Tensor]) -> StateDict:
    own = {name.removeprefix(NETWORK): value for name, value in state.items() if name.startswith(NETWORK)}
    return rename_strictly(own, str, expected)


def _published(path: Path, checkpoint: Mapping[str, Any], model: str | None) -> Weights:
    """The weights of a published file, whose names tell the model."""
    tensors = network_state(checkpoint, "generator", "G")
    conversions = _conversions()
    told = [name for name, its in conversions.items() if any(tensor.startswith(its.TELLTALE) for tensor in tensors)]
    if model is None and len(told) != 1:
        raise UnknownNetworkError(
            f"{path} does not say which model it holds: if it is a published file, give model=NAME (where there is no "
            "such key, convert it first: inpaint-zoo import-weights model=NAME)."
        )
    if told and model not in (None, *told):
        raise _other_model(path, told[0], str(model))
    name = model or told[0]
    if name not in conversions:
        raise InputError(f"{path} is no checkpoint of inpaint-zoo, and there are no published files of {name}.")
    return Weights(path, name, conversions[name].implied_network(checkpoint), checkpoint, conversions[name].convert)


def _published_folder(path: Path, update: Callable[[bytes], object] | None) -> dict[str, Any]:
    """The tensors of published files that are one network, the part that each file holds before their names."""
    for its in _conversions().values():
        files = {part: path / name for part, name in getattr(its, "FILES", {}).items()}
        lacking = [file.name for file in files.values() if not file.is_file()]
        if len(lacking) < len(files):
            if lacking:
                raise InputError(f"{path} lacks {', '.join(lacking)}, the other part of the network.")
            contents = {part: network_state(read_checkpoint(file, update), "generator") for part, file in files.items()}
            return {f"{part}.{name}": value for part, state in contents.items() for name, value in state.items()}
    return read_checkpoint(path)  # which refuses it


def _conversions() -> dict[str, Any]:
    """The modules that convert published files, by model."""
    models = pkgutil.iter_modules(importlib.import_module(str(__package__)).__path__)
    return {
        found.name: importlib.import_module(f"{__package__}.{found.name}.conversion") for found in models if found.ispkg
    }


def _other_model(path: Path, name: str, model: str) -> InputError:
    return InputError(
        f"{path} holds the model {name}, not {model}: give model={name} (compare: methods.{name}=; a "
        "hybrid: the model.generator= and model.filtering= that it was trained with) or another file."
    )


def read_checkpoint(path: Path, update: Callable[[bytes], object] | None = None) -> dict[str, Any]:
    """The content of a file of tensors and plain values, on the CPU, without the `STATEMENT` among the weights.

    Args:
        path: The file.
        update: Called with the bytes of the file, part by part, to hash them.

    Raises:
        DamagedFileError: It is missing, or cannot be read.
        InputError: It is too large, a folder, a pipe, or holds something else.
    """
    try:
        with opened(path) as file:
            if path.stat().st_size > MAXIMUM_BYTES:
                raise InputError(f"{path} is larger than 8 GiB: it is not a file of weights of these networks.")
            while update is not None and (part := file.read(_PART)):
                update(part)
            file.seek(0)
            checkpoint = read_safetensors(path) if is_safetensors(file) else load_tensors(file)
    except FileNotFoundError as error:
        raise DamagedFileError(f"{path} does not exist: give the path of a checkpoint.") from error
    except pickle.UnpicklingError as error:
        raise DamagedFileError(
            f"{path} is not a checkpoint that can be loaded safely (it is damaged, or holds more than tensors and "
            "plain values): give a file written by inpaint-zoo or by the paper's authors."
        ) from error
    except IsADirectoryError as error:
        raise InputError(f"{path} is a folder: give the path of a checkpoint in it.") from error
    except InputError:
        raise
    except Exception as error:  # on other bytes the unpickler may raise any error
        raise DamagedFileError(
            f"{path} cannot be read as a checkpoint: it is truncated, or another kind of file."
        ) from error
    if not isinstance(checkpoint, dict):
        raise InputError(
            f"{path} is not a checkpoint: it holds a {type(checkpoint).__name__} instead of named tensors."
        )
    if isinstance(state := checkpoint.get("state_dict"), dict):
        state.pop(STATEMENT, None)
    return checkpoint


def refuse_broken_values(path: Path, state: Mapping[str, Tensor]) -> None:
    """Check that the weights of a file are finite.

    Raises:
        InputError: They are not; the message names the first of them.
    """
    broken = [name for name, value in state.items() if not value.isfinite().all()]
    if broken:
        raise InputError(
            f"{path} holds values that are not finite ({len(broken)} entries, such as {broken[0]}): its training "
            "diverged, use an earlier checkpoint."
        )
