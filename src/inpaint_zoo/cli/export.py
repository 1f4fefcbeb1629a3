"""`inpaint-zoo export`: write a network as a graph that runs without this package."""

from __future__ import annotations

import json
from importlib.metadata import version

import numpy as np
from omegaconf import DictConfig

from inpaint_zoo.checks import choose
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.cli.weights import chosen_weights
from inpaint_zoo.errors import InputError
from inpaint_zoo.export.graph import FillGraph, filled_by, trace
from inpaint_zoo.export.onnx_file import PRECISIONS, onnx_bytes, run_onnx
from inpaint_zoo.export.program_file import program_bytes, run_program
from inpaint_zoo.files.atomic import writable_file, write_bytes
from inpaint_zoo.files.inputs import refuse_overwriting
from inpaint_zoo.files.outputs import refuse_replacing
from inpaint_zoo.models.weights import WeightsFile, read_weights_file
from inpaint_zoo.zoo import filled_network

FORMATS = {
    "onnx": (onnx_bytes, run_onnx, PRECISIONS),
    "torch_export": (program_bytes, run_program, {"float32": None}),
}
"""By the value of `format`: what makes the file's content, what runs it, and its precisions."""
TOLERANCE = 1e-4
"""Largest difference of a graph in float32 to the network itself, in a range of 1."""
_TRIED = (1, 97, 131)
"""Batch, height and width of the image that a file is tried with."""


def run(config: DictConfig) -> None:
    """Write the file, after it was run once, and say how far it is from the network itself."""
    quiet_libraries()
    output, source = writable_file(config.output), chosen_weights(config)
    refuse_overwriting([output], [source])
    refuse_replacing([output], force=config.force)
    make, run_file, precisions = choose(FORMATS, str(config.format), "format")
    choose(precisions, str(config.precision), f"precision (format={config.format})")
    file = read_weights_file(source, config.model_name, config.weights)
    graph = FillGraph(filled_network(file.weights), str(config.layout))
    content = make(trace(graph), config.precision, _description(file, config))
    image, mask = _sample(graph)
    difference = float(np.abs(run_file(content, image, mask)[1] - filled_by(graph, image, mask)[1]).max())
    if config.precision == "float32" and not difference <= TOLERANCE:
        raise InputError(
            f"the graph differs from the network by {difference:.1e}, so nothing was written; please tell us"
        )
    write_bytes(output, [content])
    size = f"{len(content) / 1e6:.1f} MB"
    print(f"{file.weights.model} in {output}, {size}; largest difference to the network on noise: {difference:.1e}")


def _description(file: WeightsFile, config: DictConfig) -> dict[str, str]:
    """What the file tells about itself."""
    told = {
        "model": file.weights.model,
        "weights_sha256": file.sha256,
        "layout": config.layout,
        "precision": config.precision,
        "version": version("inpaint-zoo"),
    }
    return {"inpaint_zoo": json.dumps(told)}


def _sample(graph: FillGraph) -> tuple[np.ndarray, np.ndarray]:
    """Noise with holes."""
    rng = np.random.default_rng(0)
    batch, height, width = _TRIED
    image = rng.integers(0, 256, (batch, 3, height, width), np.uint8)
    holes = (rng.random((batch, height // 8 + 1, width // 8 + 1)) < 0.3).repeat(8, 1).repeat(8, 2)
    return np.ascontiguousarray(image.transpose(graph.order)), holes[:, :height, :width].astype(np.uint8)
