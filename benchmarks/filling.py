"""What filling one image costs: seconds and peak memory, each case in a process of its own."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from rich import print as print_table

from inpaint_zoo.benchmark.machine import describe_machine
from inpaint_zoo.benchmark.memory import peak_here
from inpaint_zoo.benchmark.rate import MachineRate
from inpaint_zoo.checks import choose
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import NetworkMethod
from inpaint_zoo.inference.fill import FillOptions, fill
from inpaint_zoo.tables import Column, Table, terminal
from inpaint_zoo.zoo import create_model

SMALL = {"base_channels": 8, "num_residual_blocks": 1}
"""A MISF whose crops are quick, for what does not depend on the network."""


class Case(NamedTuple):
    """What is filled, with random weights."""

    model: str
    size: tuple[int, int]
    """Height and width."""
    hole: int
    """Side of every hole, in pixels."""
    holes: int = 1
    strategy: str = "auto"
    network: Mapping[str, int] = {}
    """Arguments of the network; none: its published size."""
    fills: int = 1
    """How often; memory is read after a tenth of them, and at the end."""


CASES: Mapping[str, Case] = {
    **{
        f"{model} 1024x1024 {strategy}": Case(model, (1024, 1024), 256, strategy=strategy)
        for model in ("misf", "madf", "ctsdg")
        for strategy in ("auto", "whole")
    },
    **{f"{model} 4000x3000": Case(model, (3000, 4000), 300) for model in ("misf", "madf", "ctsdg")},
    "small misf 10000x10000, 50 holes": Case("misf", (10000, 10000), 40, holes=50, network=SMALL),
    "small misf 64x64, 2000 times": Case("misf", (64, 64), 20, network=SMALL, fills=2000),
}


def measure(case: Case) -> dict[str, float | None]:
    """Seconds of all fills, the peak of the process in MB, and by how many per cent its memory has grown."""
    method = NetworkMethod(create_model(case.model, None, **case.network), torch.device("cpu"))
    rng = np.random.RandomState(0)
    image, hole = np.full((*case.size, 3), 128, np.uint8), np.zeros(case.size, bool)
    for _ in range(case.holes):
        top, left = (rng.randint(0, side - case.hole) for side in case.size)
        hole[top : top + case.hole, left : left + case.hole] = True
    start, early = time.perf_counter(), None
    for number in range(case.fills):
        fill(method, image, hole, FillOptions(strategy=case.strategy))
        if number == case.fills // 10:
            early = peak_here()
    peak = peak_here()
    growth = None if early is None or peak is None else 100 * (peak / early - 1)
    return {"seconds": time.perf_counter() - start, "peak": peak, "growth": growth}


def in_fresh_process(name: str) -> list[str]:
    """One row of the table."""
    done = subprocess.run([sys.executable, __file__, "--one", name], capture_output=True, text=True, check=False)
    if done.returncode:
        return [name, "failed", "", ""]
    found = json.loads(done.stdout)
    growth = f"{found['growth']:.1f}" if CASES[name].fills > 1 and found["growth"] is not None else ""
    return [name, f"{found['seconds']:.1f}", "" if found["peak"] is None else f"{found['peak']:.0f}", growth]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", default="", help="those whose name holds this text; default: all")
    parser.add_argument("--one", help="measure this case in this process and print JSON")
    options = parser.parse_args()
    try:
        if options.one:
            print(json.dumps(measure(choose(CASES, options.one, "--one"))))
            return
        names = [name for name in CASES if options.cases in name]
        if not names:
            raise InputError(f"--cases={options.cases}: no case holds this; there are {', '.join(CASES)}")
    except InputError as error:
        parser.error(str(error))
    columns = [Column("what", "What", is_text=True), *(Column(name, name) for name in ("Seconds", "MB", "Growth in %"))]
    print_table(terminal(Table("", columns, [in_fresh_process(name) for name in names])))
    rate = MachineRate()
    rate()
    print(*describe_machine(rate.best).lines(), sep="\n")


if __name__ == "__main__":
    main()
