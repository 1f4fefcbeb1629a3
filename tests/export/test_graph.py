from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from inpaint_zoo import load
from inpaint_zoo.errors import InputError
from inpaint_zoo.export.graph import FillGraph, filled_by, trace
from inpaint_zoo.zoo import create_model, list_models, load_model

Checkpoint = Callable[[str], Path]
Sample = Callable[[int, int, int], tuple[NDArray[np.uint8], NDArray[np.uint8]]]


@pytest.mark.parametrize("name", list_models())
@pytest.mark.parametrize("size", [(97, 131), (64, 64), (5, 70), (1, 3)])
def test_a_graph_fills_as_the_package_does(
    small_checkpoint: Checkpoint, sample: Sample, name: str, size: tuple[int, int]
) -> None:
    image, mask = sample(1, *size)
    composite, output = filled_by(FillGraph(load_model(small_checkpoint(name))[1], "BHWC"), image, mask)
    expected = load(name, small_checkpoint(name), "cpu")(image, mask.astype(bool), strategy="whole")
    np.testing.assert_array_equal(composite, expected)
    assert composite.dtype == np.uint8
    assert output.shape == image.shape
    np.testing.assert_array_equal(composite[mask == 0], image[mask == 0])


@pytest.mark.parametrize("name", list_models())
def test_both_orders_are_the_same_image(small_checkpoint: Checkpoint, sample: Sample, name: str) -> None:
    network, (image, mask) = load_model(small_checkpoint(name))[1], sample(2, 64, 80)
    last = filled_by(FillGraph(network, "BHWC"), image, mask)
    first = filled_by(FillGraph(network, "BCHW"), np.ascontiguousarray(image.transpose(0, 3, 1, 2)), mask)
    for one, other in zip(last, first, strict=True):
        np.testing.assert_array_equal(one, other.transpose(0, 2, 3, 1))


@pytest.mark.parametrize("name", list_models())
def test_what_stands_in_the_hole_changes_nothing(small_checkpoint: Checkpoint, sample: Sample, name: str) -> None:
    graph, (image, mask) = FillGraph(load_model(small_checkpoint(name))[1], "BHWC"), sample(1, 64, 64)
    hidden = np.where(mask[..., None] != 0, 255 - image, image)
    np.testing.assert_array_equal(filled_by(graph, image, mask)[1], filled_by(graph, hidden, 255 * mask)[1])


def test_an_unknown_order() -> None:
    with pytest.raises(InputError, match="layout is one of BHWC, BCHW; got 'NHWC'"):
        FillGraph(create_model("misf", base_channels=4, num_residual_blocks=0), "NHWC")


def test_an_older_torch_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inpaint_zoo.export.graph.NEEDED", "99.1")
    network = create_model("misf", base_channels=4, num_residual_blocks=0)
    with pytest.raises(InputError, match=r"export needs PyTorch 99\.1 or newer; here is 2\."):
        trace(FillGraph(network, "BHWC"))


def test_a_network_that_sees_the_truth_is_not_exported() -> None:
    torch.manual_seed(0)
    network = create_model("ctsdg", base_channels=4, num_levels=2, edge_source="complete")
    with pytest.raises(InputError, match="sees what stands in the hole: export one with edge_source=damaged"):
        trace(FillGraph(network, "BHWC"))
