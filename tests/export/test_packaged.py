"""The packaged networks as files, at sizes and batches that the documentation has numbers of."""

import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from inpaint_zoo.bundles import list_bundles
from inpaint_zoo.export.graph import FillGraph, filled_by, trace
from inpaint_zoo.export.onnx_file import PRECISIONS, onnx_runner, serialized, to_onnx
from inpaint_zoo.images.resizing import resize
from inpaint_zoo.zoo import load_packaged

SIZES = ((256, 256), (131, 97), (384, 512))
"""Height and width."""
EQUAL = {"float32": 0.9999, "float16": 0.9999, "int8": 0.8}
"""Least share of equal values of the 8-bit composites."""
WITHIN = {"float32": 1e-4, "float16": 1e-4, "int8": 0.3}
"""Largest difference of the networks' images, in a range of 1."""

COMPARE_ALL_PAIRS = {"ctsdg"}
"""Its attention takes 7 GB, and minutes, for three images of the largest size."""


def photographs(batch: int, height: int, width: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Photographs (B, H, W, 3) and different holes (B, H, W)."""
    found = [skimage.data.astronaut(), skimage.data.coffee(), skimage.data.chelsea()][:batch]
    images = np.stack([resize(image, height, width) for image in found])
    masks = np.zeros((batch, height, width), np.uint8)
    for number, mask in enumerate(masks):
        mask[height // 4 : height // 2, width // 5 * number : width // 5 * (number + 2)] = 1
    return images, masks


@pytest.mark.slow
@pytest.mark.parametrize("name", list_bundles())
def test_files_of_the_packaged_networks_fill_as_they_do(name: str) -> None:
    graph = FillGraph(load_packaged(name), "BHWC")
    model = to_onnx(trace(graph))
    runners = {precision: onnx_runner(serialized(model, precision, {})) for precision in PRECISIONS}
    for height, width in SIZES[:2] if name in COMPARE_ALL_PAIRS else SIZES:
        for batch in (1, 3):
            image, mask = photographs(batch, height, width)
            expected, output = filled_by(graph, image, mask)
            for precision, run in runners.items():
                composite, made = run(image, mask)
                case = (precision, batch, height, width)
                assert np.mean(composite == expected) >= EQUAL[precision], case
                np.testing.assert_array_equal(composite[mask == 0], image[mask == 0])
                assert np.abs(made - output).max() <= WITHIN[precision], case


@pytest.mark.slow
def test_what_does_not_fit_the_graph_is_refused() -> None:
    """By onnxruntime; nothing is filled that does not belong together."""
    run = onnx_runner(serialized(to_onnx(trace(FillGraph(load_packaged("misf"), "BHWC"))), "float32", {}))
    image, mask = photographs(2, 96, 80)
    for wrong in (
        (image.astype(np.float32), mask),
        (image, mask.astype(bool)),
        (image, mask[:, :40]),
        (image, mask[:, :, :79]),
        (image, mask[..., None]),
        (image[0], mask[0]),
        (np.moveaxis(image, -1, 1), mask),
        (image[..., :1], mask),
    ):
        with pytest.raises(Exception, match=r"\[ONNXRuntimeError\]|Unexpected input data type|Invalid"):
            run(*wrong)
    assert np.array_equal(run(image, mask)[0], run(image, mask * 255)[0])  # 255 is a hole, too
