"""Measure one model: operations, seconds, memory."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from inpaint_zoo.benchmark.flops import count_gflop, listed_gflop
from inpaint_zoo.benchmark.memory import Memory, measure_memory
from inpaint_zoo.benchmark.subject import Call, Case, forward_call, step_call
from inpaint_zoo.benchmark.timing import Rate, Timing, time_calls

Say = Callable[[str], None]
"""Tells the user what has just been measured."""


@dataclass(frozen=True)
class Pass:
    """A forward pass or a train step."""

    name: str
    """`forward` or `step`."""
    num_parameters: int
    """Of the network (forward); of what learns beside it (step)."""
    gflop: float
    """Counted in our implementation."""
    listed: float | None
    """The fixed figure behind the cost, in GFLOP; None where none applies."""
    timing: Timing


@dataclass(frozen=True)
class Result:
    """All that was measured of a model."""

    case: Case
    forward: Pass
    step: Pass | None
    memory: Memory | None


@dataclass(frozen=True)
class Plan:
    """What to measure of every model."""

    calls: int
    """To keep for a median; 0 for no timing."""
    steps: bool
    memory: bool


def measure(case: Case, plan: Plan, rate: Rate, say: Say) -> Result:
    """Measure one model, one thing after the other."""
    forward = _measure_forward(case, plan, rate)
    say(f"{case.model}: {_progress(forward)}")
    step = _measure_step(case, plan, rate) if plan.steps else None
    if step is not None:
        say(f"{case.model}: {_progress(step)}")
    memory = measure_memory(case, plan.steps) if plan.memory else None
    if memory is not None:
        say(f"{case.model}: memory measured")
    return Result(case, forward, step, memory)


def _measure_forward(case: Case, plan: Plan, rate: Rate) -> Pass:
    network = case.create_network()
    return _measure_pass("forward", _size(network), forward_call(network, case), case=case, plan=plan, rate=rate)


def _measure_step(case: Case, plan: Plan, rate: Rate) -> Pass:
    module = case.create_module()
    beside = _size(module) - _size(module.network)
    return _measure_pass("step", beside, step_call(module, case), case=case, plan=plan, rate=rate)


def _measure_pass(name: str, num_parameters: int, call: Call, *, case: Case, plan: Plan, rate: Rate) -> Pass:
    gflop = count_gflop(call)
    if plan.calls:
        call()  # the counter's own call prepared most things, but went another way through PyTorch
    gc.collect()
    return Pass(name, num_parameters, gflop, listed_gflop(case, name), time_calls(call, rate, plan.calls))


def _size(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def _progress(measured: Pass) -> str:
    timing = measured.timing
    kept = len(timing.kept)
    seconds = "" if timing.seconds is None else f", {timing.seconds:.3f} s"
    discarded = len(timing.calls) - kept
    return f"{measured.name} {measured.gflop:.1f} GFLOP{seconds}, kept {kept} calls, discarded {discarded}"
