"""`inpaint-zoo import-weights`: convert a published checkpoint, with strict checks of names and shapes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import torch
from omegaconf import DictConfig

from inpaint_zoo.bundles import weights_file
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import writable_file, write_bytes
from inpaint_zoo.files.inputs import refuse_overwriting
from inpaint_zoo.files.outputs import refuse_replacing
from inpaint_zoo.models.imagenet import IMAGENET, read_convolutions
from inpaint_zoo.models.safetensors_file import write_safetensors
from inpaint_zoo.models.weights import converted, read_weights
from inpaint_zoo.zoo import filled_network, known_model, network_arguments


def run(config: DictConfig) -> None:
    """Read `source`, check the name and shape of every entry, and write `output`."""
    output = writable_file(config.output)
    source, name = weights_file(config.source), known_model(config.model_name, *IMAGENET)
    refuse_overwriting([output], [source])
    refuse_replacing([output], force=config.force)
    convert = _convolutions if name in IMAGENET else _network
    print(f"{name}: {convert(source, name, output)} entries, all of them matched; written to {output}")


def _network(source: Path, name: str, output: Path) -> int:
    """Write a network of this package; returns the number of its entries."""
    stored = read_weights(source, name)
    arguments = network_arguments(stored.model, stored.network)
    network = filled_network(stored)
    content = converted(stored.model, network, arguments, stored.trained_on)
    if output.suffix == ".safetensors":
        write_safetensors(output, content)
    else:
        _save(output, content)
    return len(network.state_dict())


def _convolutions(source: Path, name: str, output: Path) -> int:
    """Write the convolutions of LPIPS or of a loss network under torchvision's names; returns their number."""
    if output.suffix == ".safetensors":
        raise InputError(f"output={output}: {name} is written as torchvision writes it, give output=FILE.pth")
    state = read_convolutions(source, name)
    _save(output, state)
    return len(state)


def _save(output: Path, content: dict[str, Any]) -> None:
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write_bytes(output, [buffer.getvalue()])
