"""What a method costs here; memory in a process of its own: `python -m inpaint_zoo.benchmarking.method_cost ORDER`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from statistics import median

import numpy as np
import torch

from inpaint_zoo.benchmarking.flops import count_gflop
from inpaint_zoo.benchmarking.memory import peak_here, peak_of_process
from inpaint_zoo.files import write_text
from inpaint_zoo.judging.methods import build_methods
from inpaint_zoo.methods import Method, NetworkMethod, PictureFolder, Sample
from inpaint_zoo.protocols import StandardProtocol
from inpaint_zoo.report import Cost


def measure_cost(title: str, method: Method, source: str, sample: Sample, seconds: Sequence[float]) -> Cost:
    """Measure what can be measured of a method; what a folder of pictures cost, nobody knows.

    Args:
        title: Its name.
        method: What fills holes.
        source: What the method was given as.
        sample: A picture that operations and memory are measured on.
        seconds: That the method took for each picture.
    """
    if isinstance(method, PictureFolder):
        return Cost()
    cost = Cost(
        parameters=0, gflop=None, seconds=median(seconds), peak_memory_mb=_peak_memory(title, source, sample.hole.shape)
    )
    if not isinstance(method, NetworkMethod):
        return cost  # nobody counts the operations of OpenCV and SciPy
    num_parameters = sum(parameter.numel() for parameter in method.network.parameters())
    return replace(cost, parameters=num_parameters, gflop=count_gflop(lambda: method(sample)))


def remembered(path: Path, fingerprint: str, measure: Callable[[], Cost]) -> Cost:
    """The cost that was measured and written to `path` under this fingerprint, or else what `measure` finds now."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored["fingerprint"] == fingerprint:
            return Cost(**stored["cost"])
    except (OSError, ValueError, TypeError, KeyError):  # none yet, or damaged: it can be measured again
        pass
    cost = measure()
    write_text(path, json.dumps({"fingerprint": fingerprint, "cost": asdict(cost)}) + "\n")
    return cost


def _peak_memory(title: str, source: str, size: Sequence[int]) -> float | None:
    order = {"title": title, "source": source, "size": list(size), "threads": torch.get_num_threads()}
    return peak_of_process([sys.executable, "-m", "inpaint_zoo.benchmarking.method_cost", json.dumps(order)], title)


def run_order(order: str) -> float:
    """Fill one picture as ordered, on the CPU, and return the peak in MB."""
    wanted = json.loads(order)
    torch.set_num_threads(wanted["threads"])
    protocol = StandardProtocol(size=wanted["size"])
    (method,) = build_methods({wanted["title"]: wanted["source"]}, torch.device("cpu"), protocol).values()
    height, width = wanted["size"]
    hole = np.zeros((height, width), bool)
    hole[height // 4 : -(-height * 3 // 4), width // 4 : -(-width * 3 // 4)] = True
    method(Sample("a", "a", np.full((height, width, 3), 128, np.uint8), hole))
    return peak_here()


if __name__ == "__main__":
    print(run_order(sys.argv[1]))
