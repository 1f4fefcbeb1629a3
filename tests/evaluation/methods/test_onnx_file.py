import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from inpaint_zoo.errors import DamagedFileError, InputError
from inpaint_zoo.evaluation.methods import OnnxFile, Sample

BYTES, FLOATS = TensorProto.UINT8, TensorProto.FLOAT


def graph(
    path: Path, *, in_planes: bool = False, kind: int = BYTES, names: tuple[str, str] = ("image", "mask")
) -> Path:
    """A file whose graph adds 7 to the hole."""
    shape = ["B", 3, "H", "W"] if in_planes else ["B", "H", "W", 3]
    (image, mask), axis = names, 1 if in_planes else 3
    nodes = [
        helper.make_node("Mul", [mask, "seven"], ["added"]),
        helper.make_node("Unsqueeze", ["added", "axis"], ["wide"]),
        helper.make_node("Add", [image, "wide"], ["composite"]),
    ]
    constants = [
        helper.make_tensor("seven", kind, [], [7]),
        helper.make_tensor("axis", TensorProto.INT64, [1], [axis]),
    ]
    made = helper.make_graph(
        nodes,
        "fill",
        [helper.make_tensor_value_info(image, kind, shape), helper.make_tensor_value_info(mask, kind, ["B", "H", "W"])],
        [helper.make_tensor_value_info("composite", kind, shape)],
        constants,
    )
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
    return path


def sample() -> Sample:
    hole = np.zeros((12, 9), bool)
    hole[3:6, 2:7] = True
    return Sample("a.png", "a", np.random.RandomState(0).randint(0, 256, (12, 9, 3), dtype=np.uint8), hole)


@pytest.mark.parametrize("in_planes", [False, True])
def test_a_graph_fills_and_sees_nothing_of_the_hole(tmp_path: Path, in_planes: bool) -> None:
    method, given = OnnxFile(graph(tmp_path / "fill.onnx", in_planes=in_planes)), sample()
    made = method(given)
    assert made.dtype == np.uint8
    assert (made[given.hole] == 7).all()
    assert np.array_equal(made[~given.hole], given.image[~given.hole])
    filled = method.fill(given.image / np.float32(255), given.hole)
    assert np.allclose(filled[given.hole], 7 / 255)
    assert np.array_equal(filled[~given.hole], (given.image / np.float32(255))[~given.hole])


def test_its_identity_is_that_of_its_bytes(tmp_path: Path) -> None:
    one, other = graph(tmp_path / "a.onnx"), graph(tmp_path / "b.onnx")
    assert OnnxFile(one).identity() == OnnxFile(other).identity()
    assert OnnxFile(one).identity() != OnnxFile(graph(tmp_path / "c.onnx", in_planes=True)).identity()


def test_other_graphs_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"takes image tensor\(float\) .*: give a graph of image and mask in uint8"):
        OnnxFile(graph(tmp_path / "floats.onnx", kind=FLOATS))
    with pytest.raises(InputError, match=r"takes picture tensor\(uint8\)"):
        OnnxFile(graph(tmp_path / "names.onnx", names=("picture", "mask")))
    (tmp_path / "text.onnx").write_text("no graph")
    with pytest.raises(DamagedFileError, match=r"text.onnx cannot be loaded as an ONNX file \("):
        OnnxFile(tmp_path / "text.onnx")


def test_without_onnxruntime_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(InputError, match=r"needs onnxruntime: pip install 'inpaint-zoo\[export\]'"):
        OnnxFile(graph(tmp_path / "fill.onnx"))
