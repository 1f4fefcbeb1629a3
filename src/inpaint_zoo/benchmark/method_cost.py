"""What a method costs here."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import torch

from inpaint_zoo.benchmark.flops import count_gflop
from inpaint_zoo.benchmark.memory import peak_of
from inpaint_zoo.config.allowlist import bind_allowed
from inpaint_zoo.evaluation.method_sources import build_methods
from inpaint_zoo.evaluation.methods import ImageFolder, Method, NetworkMethod, Sample
from inpaint_zoo.evaluation.protocols import StandardProtocol
from inpaint_zoo.evaluation.report import Cost
from inpaint_zoo.files.atomic import write_text


def measure_cost(title: str, method: Method, source: str, sample: Sample, seconds: Sequence[float]) -> Cost:
    """Measure what can be measured of a method; what a folder of images cost, nobody knows.

    Args:
        title: Its name.
        method: What fills holes.
        source: What the method was given as.
        sample: An image that operations and memory are measured on.
        seconds: That the method took for each image.
    """
    if isinstance(method, ImageFolder):
        return Cost()
    cost = Cost(
        parameters=0, gflop=None, seconds=median(seconds), peak_memory_mb=_peak_memory(title, source, sample.hole.shape)
    )
    if not isinstance(method, NetworkMethod):
        return cost  # nobody counts the operations of OpenCV and SciPy
    method.network.requires_grad_(False)  # see `count_gflop`
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


def _peak_memory(title: str, source: str, size: tuple[int, int]) -> float | None:
    return peak_of(partial(bind_allowed(partial(_fill, title, source)), size), title)


def _fill(title: str, source: str, size: tuple[int, int]) -> None:
    """Fill one image with a hole in its middle, on the CPU."""
    (method,) = build_methods({title: source}, torch.device("cpu"), StandardProtocol(size=size)).values()
    height, width = size
    hole = np.zeros(size, bool)
    hole[height // 4 : -(-height * 3 // 4), width // 4 : -(-width * 3 // 4)] = True
    method(Sample("a", "a", np.full((*size, 3), 128, np.uint8), hole))
