"""The files that graphs become, run by onnxruntime and by torch alone, beside the networks themselves."""

import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from torch.export import ExportedProgram

from inpaint_zoo.bundles import list_bundles
from inpaint_zoo.errors import InputError
from inpaint_zoo.export.graph import FillGraph, filled_by, trace
from inpaint_zoo.export.onnx_file import onnx_bytes, run_onnx, serialized, to_onnx
from inpaint_zoo.export.program_file import program_bytes, run_program
from inpaint_zoo.zoo import list_models, load_model

Checkpoint = Callable[[str], Path]
Sample = Callable[[int, int, int], tuple[NDArray[np.uint8], NDArray[np.uint8]]]
SIZES = [(1, 97, 131), (3, 64, 64), (1, 5, 70)]
WITHIN = {"float32": 1e-4, "float16": 2e-3, "int8": 0.3}
"""Largest difference to the network, in a range of 1, which random weights may leave."""


@dataclass
class Traced:
    graph: FillGraph
    program: ExportedProgram


FAST = "misf"
"""Tracing the other two takes a minute each."""


def of(names: Iterable[str]) -> pytest.MarkDecorator:
    cases = [pytest.param(name, marks=() if name == FAST else pytest.mark.slow) for name in names]
    return pytest.mark.parametrize("traced", cases, indirect=True)


@pytest.fixture
def traced(request: pytest.FixtureRequest, small_checkpoint: Checkpoint) -> Traced:
    graph = FillGraph(load_model(small_checkpoint(request.param))[1], "BHWC")
    return Traced(graph, trace(graph))


@of([FAST, *sorted({*list_models()} - {*list_bundles()})])  # the packaged ones: test_packaged.py
def test_onnx_files_fill_as_the_network_does(traced: Traced, sample: Sample) -> None:
    model, sizes = to_onnx(traced.program), {}
    for precision, limit in WITHIN.items():
        content = serialized(model, precision, {"inpaint_zoo": "told"})
        sizes[precision] = len(content)
        for size in SIZES:
            image, mask = sample(*size)
            (composite, output), expected = run_onnx(content, image, mask), filled_by(traced.graph, image, mask)
            assert np.abs(output - expected[1]).max() <= limit * max(1, np.abs(expected[1]).max())
            np.testing.assert_array_equal(composite[mask == 0], image[mask == 0])
            if precision == "float32":
                halfway = np.abs(255 * expected[1] % 1 - 0.5) < 1e-3  # new networks may return one half everywhere
                assert np.mean((composite == expected[0]) | halfway) >= 0.9999
    assert sizes["float16"] < sizes["float32"]
    metadata = onnx.load_model_from_string(content).metadata_props
    assert [(entry.key, entry.value) for entry in metadata] == [("inpaint_zoo", "told")]


@of(list_models())
def test_torch_runs_a_program_without_this_package(traced: Traced, sample: Sample, tmp_path: Path) -> None:
    content = program_bytes(traced.program, "float32", {"inpaint_zoo": "told"})
    for size in SIZES:
        image, mask = sample(*size)
        for made, expected in zip(run_program(content, image, mask), filled_by(traced.graph, image, mask), strict=True):
            np.testing.assert_allclose(made, expected, atol=1e-5)
    (tmp_path / "net.pt2").write_bytes(content)
    np.savez(tmp_path / "sample.npz", image=image, mask=mask, filled=expected)
    code = (
        "import sys, numpy, torch\nstored = numpy.load('sample.npz')\n"
        "module = torch.export.load('net.pt2').module()\n"
        "made = module(*(torch.from_numpy(stored[key]) for key in ('image', 'mask')))[1]\n"
        "assert abs(made.detach().numpy() - stored['filled']).max() < 1e-5\n"
        "assert not any(name.startswith('inpaint_zoo') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(InputError, match=r"pip install 'inpaint-zoo\[export\]'"):
        onnx_bytes(Mock(), "float32", {})


@pytest.mark.parametrize(("already_half", "rounded"), [(True, {"weights"}), (False, {"weights", "computed"})])
def test_weights_of_half_precision_are_not_rounded_once_more(already_half: bool, rounded: set[str]) -> None:
    third = np.full(64, 1 / 3, np.float32)
    weights = third.astype(np.float16).astype(np.float32) if already_half else third
    constants = {"weights": weights, "computed": third[:32], "few": third[:3]}
    helper = onnx.helper
    graph = helper.make_graph(
        [helper.make_node("Concat", list(constants), ["all"], axis=0)], "graph", [],
        [helper.make_tensor_value_info("all", onnx.TensorProto.FLOAT, [99])],
        [onnx.numpy_helper.from_array(values, name) for name, values in constants.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    made = onnx.load_from_string(serialized(model, "float16", {}))
    halves = {each.name for each in made.graph.initializer if each.data_type == onnx.TensorProto.FLOAT16}
    assert halves == {f"{name}.half" for name in rounded}
