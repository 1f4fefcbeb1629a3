"""Exported networks beside the networks themselves: how far they are apart, how large their files are, and seconds."""

from __future__ import annotations

import argparse
import copy
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import skimage.data
import torch
from numpy.typing import NDArray

from inpaint_zoo.benchmark.machine import describe_machine
from inpaint_zoo.benchmark.rate import MachineRate
from inpaint_zoo.bundles import list_bundles
from inpaint_zoo.export.graph import FillGraph, filled_by, trace
from inpaint_zoo.export.onnx_file import PRECISIONS, onnx_runner, serialized, to_onnx
from inpaint_zoo.images.resizing import resize
from inpaint_zoo.zoo import load_packaged

Arrays = Sequence[NDArray[Any]]
Run = Callable[[NDArray[np.uint8], NDArray[np.uint8]], Arrays]
SIZES = ((256, 256), (97, 131), (512, 384))
"""Width and height."""
BATCHES = (1, 3)
PAUSE = 0.2
"""Seconds before each call: onnxruntime's threads spin on after one; the network beside it took 1.7 times as long."""


class Engine(NamedTuple):
    """What runs a graph."""

    name: str
    megabytes: float | None
    """Size of its file."""
    run: Run


class Row(NamedTuple):
    """One engine on one batch."""

    model: str
    engine: str
    megabytes: float | None
    size: str
    batch: int
    difference: float
    """Largest difference of the networks' images, in a range of 1."""
    equal: float
    """Share of equal values of the 8-bit composites, in %."""
    seconds: float
    eager: float

    def markdown(self) -> str:
        """A line of a table."""
        file = "" if self.megabytes is None else f"{self.megabytes:.1f}"
        times = f"{self.seconds:.3f} | {self.eager:.3f} | {self.seconds / self.eager:.2f}"
        case = f"{self.model} | {self.engine} | {file} | {self.size} | {self.batch}"
        return f"| {case} | {self.difference:.1e} | {self.equal:.3f} | {times} |"


def engines(graph: FillGraph) -> Iterator[Engine]:
    """Everything that runs on this machine; OpenVINO only if it is installed."""
    model = to_onnx(trace(graph))
    files = {precision: serialized(model, precision, {}) for precision in PRECISIONS}
    for precision, content in files.items():
        yield Engine(f"ONNX {precision}", len(content) / 1e6, onnx_runner(content))
    yield Engine("torch.export", None, partial(filled_by, trace(graph).module()))
    compiled = copy.deepcopy(graph)
    compiled.network.compile_generate()  # as compile=true does; CTSDG's edges are not part of it
    yield Engine("torch.compile", None, partial(filled_by, compiled))
    try:
        import openvino  # noqa: PLC0415
    except ImportError:
        return
    yield Engine("OpenVINO", None, _openvino(openvino, files["float32"]))


def _openvino(openvino: Any, content: bytes) -> Run:
    core = openvino.Core()
    settings = {"INFERENCE_NUM_THREADS": torch.get_num_threads(), "INFERENCE_PRECISION_HINT": "f32"}
    compiled = core.compile_model(core.read_model(content), "CPU", settings)

    def run(image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> Arrays:
        return list(compiled([image, mask]).values())

    return run


def photographs(size: tuple[int, int], batch: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Photographs (B, H, W, 3) with strokes as holes (B, H, W)."""
    width, height = size
    sources = (skimage.data.astronaut(), skimage.data.coffee(), skimage.data.chelsea())[:batch]
    images = np.stack([resize(source, height, width) for source in sources])
    mask = np.zeros((batch, height, width), np.uint8)
    mask[:, height // 3 : height // 2, width // 4 : width // 2] = 1
    mask[:, :, 2 * width // 3 : 2 * width // 3 + 9] = 1
    return images, mask


def compare(model: str, repeats: int) -> Iterator[Row]:
    """Rows of a packaged network."""
    graph = FillGraph(load_packaged(model), "BHWC")
    for engine in engines(graph):
        for width, height in SIZES:
            for batch in BATCHES:
                image, mask = photographs((width, height), batch)
                made, expected = engine.run(image, mask), filled_by(graph, image, mask)
                runs = (engine.run, partial(filled_by, graph))
                times = [[_seconds(run, image, mask) for run in runs] for _ in range(repeats)]
                yield Row(
                    model,
                    engine.name,
                    engine.megabytes,
                    f"{width}x{height}",
                    batch,
                    float(np.abs(made[1] - expected[1]).max()),
                    100 * float(np.mean(made[0] == expected[0])),
                    *(statistics.median(each) for each in zip(*times, strict=True)),
                )


def _seconds(run: Run, image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> float:
    time.sleep(PAUSE)
    start = time.perf_counter()
    run(image, mask)
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=list_bundles())
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    print("| Model | Engine | MB | Size | Batch | Difference | Equal, % | Seconds | Eager | Ratio |")
    print("| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for model in options.models:
        for row in compare(model, options.repeats):
            print(row.markdown(), flush=True)
    rate = MachineRate()
    rate()
    print("", *describe_machine(rate.best).lines(), sep="\n")


if __name__ == "__main__":
    main()
