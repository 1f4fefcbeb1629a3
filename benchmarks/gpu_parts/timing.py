"""Seconds, images per second, share of the machine's peak and memory of forward passes and train steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from statistics import median
from typing import NamedTuple

import torch

from gpu_parts.apart import Row, said
from gpu_parts.precision import PRECISIONS, autocast, tf32_if
from gpu_parts.scale import MODELS, Scale
from inpaint_zoo.batch import Batch
from inpaint_zoo.benchmark.flops import count_gflop
from inpaint_zoo.benchmark.subject import Call, Case, bare_step, photograph
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.network import InpaintingNetwork

WARM_UP = 2
"""Calls that do not count: cuDNN tries its algorithms, memory is taken, a network may be compiled."""
PRODUCTS = 10


class Timed(NamedTuple):
    """What is timed."""

    model: str
    call: str
    """`forward` or `step`."""
    precision: str
    batch: int
    compiled: bool


def eager(scale: Scale) -> list[Timed]:
    """All that is timed without compiling."""
    return [
        Timed(model, call, precision, batch, compiled=False)
        for precision in PRECISIONS
        for model in MODELS
        for call in ("step", "forward")
        for batch in scale.batches
    ]


def compiled(scale: Scale) -> list[Timed]:
    """All that is timed compiled, in bf16 and TF32."""
    return [
        Timed(model, call, precision, batch, compiled=True)
        for batch in scale.compiled_batches
        for precision in ("bf16", "tf32")
        for call in ("step", "forward")
        for model in MODELS
    ]


def peaks(scale: Scale, device: str) -> Iterator[Row]:
    """GFLOP/s of a large product of matrices, in each precision."""
    for precision in PRECISIONS:
        kind = torch.bfloat16 if precision == "bf16" else torch.float32  # autocast would convert them in each call
        product = partial(torch.matmul, *torch.randn(2, scale.matrix, scale.matrix, device=device, dtype=kind))
        with tf32_if(precision == "tf32"):
            seconds = median(timed(product, device, WARM_UP + PRODUCTS)[WARM_UP:])
        yield {"precision": precision, "gflop_per_second": 2 * scale.matrix**3 / 1e9 / seconds}


def measurements(wanted: Sequence[Timed], scale: Scale, device: str) -> Iterator[Row]:
    """Measure one after the other; what does not fit into memory, or does not compile, says so in `failed`.

    Yields:
        What it is; `seconds`, the median of `calls`; `images_per_second`; `gflop` of one image;
        `gflop_per_second`; `peak_memory_mb` (10^6 bytes) that tensors took, or None on a CPU.
    """
    torch.backends.cudnn.benchmark = True
    modules = {model: module_of(model, scale) for model in {each.model for each in wanted}}
    gflop: dict[tuple[str, str], float] = {}
    for each in wanted:
        try:
            found = measured(each, modules[each.model], gflop, scale, device)
        except Exception as error:  # compilers raise exceptions of many classes
            found = {"failed": "out of memory" if isinstance(error, torch.OutOfMemoryError) else said(error)}
        modules[each.model].to("cpu").zero_grad()
        if device != "cpu":
            torch.cuda.empty_cache()
        yield {**each._asdict(), **found}


def measured(
    each: Timed, module: InpaintingModule, gflop: dict[tuple[str, str], float], scale: Scale, device: str
) -> Row:
    """Measure one; operations are counted once for each network and call, of one image."""
    counted = (each.model, each.call)
    if counted not in gflop:
        gflop[counted] = count_gflop(call_of(each._replace(batch=1, compiled=False), module, scale, device))
    call = call_of(each, module, scale, device)
    with tf32_if(each.precision == "tf32"):
        timed(call, device, WARM_UP)
        if device != "cpu":
            torch.cuda.reset_peak_memory_stats()
        seconds = timed(call, device, scale.calls)
    rate = each.batch / median(seconds)
    return {
        "seconds": median(seconds),
        "calls": len(seconds),
        "images_per_second": rate,
        "gflop": gflop[counted],
        "gflop_per_second": gflop[counted] * rate,
        "peak_memory_mb": torch.cuda.max_memory_allocated() / 1e6 if device != "cpu" else None,
    }


def module_of(model: str, scale: Scale) -> InpaintingModule:
    """All losses of a model with their published factors, the loss network with random weights."""
    module = Case(model, scale.size, scale.batches[-1], "32", scale.networks.get(model, {})).create_module()
    module.loss_weights.update(dict.fromkeys(scale.left_out, 0.0))
    return module


def call_of(each: Timed, module: InpaintingModule, scale: Scale, device: str) -> Call:
    """A forward pass, composite included, or a train step, without loading data and without a Trainer."""
    module.network.__dict__.pop("generate", None)  # what an earlier one had compiled
    if each.compiled:
        torch.compiler.reset()  # otherwise another batch size would be compiled for any
        module.network.compile_generate()
    given = photograph(scale.size, each.batch)
    if each.call == "step" and module.prepare_batch:
        given = module.prepare_batch(given)  # in a training, the processes that load data do it
    batch = module.transfer_batch_to_device(given, torch.device(device), 0)
    cast = partial(autocast, each.precision, device)
    if each.call == "forward":
        return forward_of(module.network.eval().to(device), batch, cast)
    module.to(device).train()
    return bare_step(module, module.make_optimizer(), batch, cast)


def forward_of(network: InpaintingNetwork, batch: Batch, cast: Callable[[], torch.autocast]) -> Call:
    """A forward pass of the network."""

    @torch.no_grad()
    def forward() -> None:
        with cast():
            network(batch["image"], batch["mask"])

    return forward


def timed(call: Call, device: str, calls: int) -> list[float]:
    """Seconds of each call, with all that it leaves to the device."""
    seconds = []
    for _ in range(calls):
        synchronize(device)
        start = time.perf_counter()
        call()
        synchronize(device)
        seconds.append(time.perf_counter() - start)
    return seconds


def synchronize(device: str) -> None:
    """Wait until the device has done everything."""
    if device != "cpu":
        torch.cuda.synchronize()
