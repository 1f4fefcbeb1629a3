"""`inpaint-zoo import-weights`: convert a published checkpoint, with strict checks of names and shapes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import torch
from omegaconf import DictConfig

from inpaint_zoo.checks import true_or_false
from inpaint_zoo.files.atomic import writable_file, write_bytes
from inpaint_zoo.files.inputs import refuse_overwriting
from inpaint_zoo.files.outputs import refuse_replacing
from inpaint_zoo.models.safetensors_file import write_safetensors
from inpaint_zoo.models.weights import converted, read_weights
from inpaint_zoo.zoo import filled_network, known_model, network_arguments


def run(config: DictConfig) -> None:
    """Read `source`, check the name and shape of every entry, and write `output`."""
    output = writable_file(config.output)
    source, model = Path(config.source).expanduser(), known_model(config.model_name)
    refuse_overwriting([output], [source])
    refuse_replacing([output], force=true_or_false(config.force, "force"))
    stored = read_weights(source, model)
    arguments = network_arguments(stored.model, stored.network)
    network = filled_network(stored)
    _write(output, converted(stored.model, network, arguments))
    print(f"{config.model_name}: {len(network.state_dict())} entries, all of them matched; written to {output}")


def _write(output: Path, content: dict[str, Any]) -> None:
    if output.suffix == ".safetensors":
        write_safetensors(output, content)
        return
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write_bytes(output, [buffer.getvalue()])
