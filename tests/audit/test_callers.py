"""Methods are audited as they are in themselves, not as an evaluation calls them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from torch import Tensor

from inpaint_zoo.audit.battery import audit, faults
from inpaint_zoo.audit.callers import subject_of
from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.method_sources import build_methods
from inpaint_zoo.evaluation.methods import ImageFolder, Method, NetworkMethod, OnnxFile, Sample
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.evaluation.protocols import StandardProtocol
from inpaint_zoo.models.network import InpaintingNetwork

SIZE = 32


class MeanNetwork(InpaintingNetwork):
    """Fills with the mean of all known pixels of each image, or with what `generate` makes of image and mask."""

    stride = minimum_size = 8

    def __init__(self, generate: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.generate = generate

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        image, mask = self.check(image, mask)
        output = self.generate(image, mask)
        return Prediction(output, composite(output, image, mask), {})


def known_mean(image: Tensor, mask: Tensor, dims: tuple[int, ...] = (2, 3)) -> Tensor:
    known = torch.where(mask.bool(), 0, image).sum(dims, keepdim=True)
    return (known / (1 - mask).sum(dims, keepdim=True).clamp(min=1)).expand_as(image)


def of_the_batch(image: Tensor, mask: Tensor) -> Tensor:
    return known_mean(image, mask, (0, 2, 3))


def leaking(image: Tensor, mask: Tensor) -> Tensor:
    return 0.5 * known_mean(image, mask) + 0.5 * image.mean((2, 3), keepdim=True)


@pytest.mark.parametrize(
    ("generate", "failing"),
    [
        (known_mean, set()),
        (of_the_batch, {"batch"}),
        (leaking, {"truth in the hole"}),
    ],
)
def test_a_network_is_shown_the_hole(generate: Callable[[Tensor, Tensor], Tensor], failing: set[str]) -> None:
    method = NetworkMethod(MeanNetwork(generate), torch.device("cpu"))
    found = audit(subject_of("own", method), SIZE)
    assert set(faults(found)) == failing
    assert all(contents_are_hidden(method))


def test_a_graph_is_shown_the_hole(tmp_path: Path) -> None:
    kind, shape = TensorProto.UINT8, ["B", "H", "W", 3]
    inputs = [
        helper.make_tensor_value_info("image", kind, shape),
        helper.make_tensor_value_info("mask", kind, shape[:3]),
    ]
    output = helper.make_tensor_value_info("composite", kind, shape)
    graph = helper.make_graph([helper.make_node("Identity", ["image"], ["composite"])], "fill", inputs, [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, tmp_path / "fill.onnx")
    method = OnnxFile(tmp_path / "fill.onnx")
    found = audit(subject_of("fill.onnx", method), SIZE)
    assert faults(found) == ["truth in the hole", "mask polarity"]
    assert all(contents_are_hidden(method))


def contents_are_hidden(method: Method) -> list[bool]:
    """Whether an evaluation hides the hole from a method."""
    hole = np.eye(SIZE, dtype=bool)
    image = np.random.RandomState(0).randint(0, 256, (SIZE, SIZE, 3)).astype(np.uint8)
    changed = np.where(hole[..., None], 255 - image, image)
    one, other = (method(Sample("a", "a", given, hole)) for given in (image, changed))
    return [np.array_equal(one[hole], other[hole])]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["misf", "madf", "ctsdg", "patchmatch"])
def test_what_comes_with_the_package_passes(name: str) -> None:
    if name in FILLS:
        pytest.importorskip(name)
    size = 64
    (method,) = build_methods({"own": name}, torch.device("cpu"), StandardProtocol(size=size)).values()
    assert faults(audit(subject_of(name, method), size)) == []


def test_a_folder_fills_nothing(images: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match=r"old is a folder of images: give what has filled them"):
        subject_of("old", ImageFolder(images("a.png"), "old"))
