"""Graphs as ONNX files, in three precisions; each is run before it is kept."""

from __future__ import annotations

import copy
import logging
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.export import ExportedProgram

from inpaint_zoo.errors import InputError
from inpaint_zoo.export.graph import INPUTS, OUTPUTS

OPSET = 18
_FEWEST_WEIGHTS = 16
"""Tensors with fewer values stay as they are: constants of the arithmetic, biases of a few channels."""


def onnx_bytes(program: ExportedProgram, precision: str, description: Mapping[str, str]) -> bytes:
    """An ONNX file; for the arguments see `to_onnx` and `serialized`."""
    return serialized(to_onnx(program), precision, description)


def to_onnx(program: ExportedProgram) -> Any:
    """A model of the package `onnx`, in float32.

    Args:
        program: As `trace` returns it; it is used up.

    Raises:
        InputError: The extra `export` is not installed.
    """
    try:
        import onnxscript  # noqa: F401, PLC0415 - it is an extra
    except ImportError as error:
        raise InputError(
            "format=onnx needs packages that are not installed: pip install 'inpaint-zoo[export]'"
        ) from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the exporter's own code
        logging.getLogger("onnxscript").setLevel(logging.ERROR)
        made = torch.onnx.export(
            program, dynamo=True, opset_version=OPSET, input_names=INPUTS, output_names=OUTPUTS, verbose=False
        )
    assert made is not None
    return made.model_proto


def serialized(model: Any, precision: str, description: Mapping[str, str]) -> bytes:
    """The content of a file.

    Args:
        model: As `to_onnx` returns it; it stays as it is.
        precision: A name of `PRECISIONS`.
        description: Entries for the file's metadata.
    """
    import onnx  # noqa: PLC0415 - it is an extra

    converted = PRECISIONS[precision](copy.deepcopy(model))
    onnx.helper.set_model_props(converted, dict(description))
    onnx.checker.check_model(converted)
    content: bytes = converted.SerializeToString()
    return content


def _single(model: Any) -> Any:
    return model


def _half(model: Any) -> Any:
    """Keep weights in half precision; the arithmetic stays float32, on every processor.

    Weights that are of half precision already, as the packaged ones are, are not rounded once more: what the exporter
    computed from them, such as a convolution times the scale of its batch normalisation, stays float32.
    """
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415

    rounded = _to_be_rounded({each.name: numpy_helper.to_array(each) for each in model.graph.initializer})
    casts = []
    for weights in model.graph.initializer:
        name = weights.name
        if name in rounded:
            weights.CopyFrom(numpy_helper.from_array(rounded[name], f"{name}.half"))
            casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def _to_be_rounded(constants: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float16]]:
    """The weights among the constants that a file in half precision holds so; all, or those that it holds exactly."""
    weights = {
        name: values
        for name, values in constants.items()
        if values.dtype == np.float32
        and values.size >= _FEWEST_WEIGHTS
        and np.abs(values).max() <= np.finfo(np.float16).max
    }
    halves = {name: values.astype(np.float16) for name, values in weights.items()}
    exact = {name: half for name, half in halves.items() if np.array_equal(half, weights[name])}
    # by chance, one float32 in thousands is a half
    is_half_already = 10 * sum(each.size for each in exact.values()) > sum(each.size for each in halves.values())
    return exact if is_half_already else halves


def _int8(model: Any) -> Any:
    """Keep weights in 8 bits; activations are quantised while the graph runs ("dynamic quantisation")."""
    import onnx  # noqa: PLC0415
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415

    constants = {weights.name for weights in model.graph.initializer}
    dynamic = [node.name for node in model.graph.node if node.op_type == "Conv" and not constants >= {*node.input[1:]}]
    with tempfile.TemporaryDirectory() as folder:
        single, quantised = Path(folder, "single.onnx"), Path(folder, "int8.onnx")
        onnx.save(model, single)
        logging.disable(logging.WARNING)  # it advises to prepare the model, for static quantisation
        try:
            quantize_dynamic(single, quantised, weight_type=QuantType.QUInt8, nodes_to_exclude=dynamic)
        finally:
            logging.disable(logging.NOTSET)
        return onnx.load(quantised)


PRECISIONS: Mapping[str, Callable[[Any], Any]] = {"float32": _single, "float16": _half, "int8": _int8}
"""What turns a model in float32 into one of each precision, in place or not."""


def onnx_runner(content: bytes) -> Callable[[NDArray[np.uint8], NDArray[np.uint8]], list[NDArray[Any]]]:
    """Load a file in onnxruntime, on the CPU; from image, in the file's layout, and mask (B, H, W) to its outputs."""
    import onnxruntime  # noqa: PLC0415 - it is an extra

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def run(image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> list[NDArray[Any]]:
        outputs: list[NDArray[Any]] = session.run(None, dict(zip(INPUTS, (image, mask), strict=True)))
        return outputs

    return run


def run_onnx(content: bytes, image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> list[NDArray[Any]]:
    """Load a file and run it once; see `onnx_runner`."""
    return onnx_runner(content)(image, mask)
