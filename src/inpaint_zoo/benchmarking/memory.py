"""Peak memory of one call in a process of its own: `python -m inpaint_zoo.benchmarking.memory CASE`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from inpaint_zoo.benchmarking.subject import Call, Case, forward_call, step_call

STEP_BATCH_SIZES = (2, 4)
_STATUS = Path("/proc/self/status")

CALLS: Mapping[str, Callable[[Case], Call]] = {
    "forward": lambda case: forward_call(case.create_network(), case),
    "step": lambda case: step_call(case.create_module(), case),
}


@dataclass(frozen=True)
class Memory:
    """Peak resident sets of fresh processes in MB (10^6 bytes), libraries and weights included.

    None where it was not measured, or where the machine had not enough.
    """

    forward: float | None
    steps: tuple[float | None, ...]
    """Of one train step at each of `STEP_BATCH_SIZES`; empty where steps were not asked for."""

    @property
    def per_picture(self) -> float | None:
        """What one more picture adds to a train step."""
        if not self.steps or self.steps[0] is None or self.steps[1] is None:
            return None
        return (self.steps[1] - self.steps[0]) / (STEP_BATCH_SIZES[1] - STEP_BATCH_SIZES[0])


def measure_memory(case: Case, steps: bool) -> Memory:
    """Run a forward pass, and train steps at batch 2 and 4, each in a process of its own.

    Raises:
        RuntimeError: Such a process failed for another reason than a lack of memory.
    """
    sizes = STEP_BATCH_SIZES if steps else ()
    return Memory(
        peak_in_fresh_process(case, "forward"),
        tuple(peak_in_fresh_process(replace(case, batch_size=size), "step") for size in sizes),
    )


def peak_in_fresh_process(case: Case, name: str) -> float | None:
    """Peak memory in MB of `forward` or `step`, with as many threads as here; None if the machine had not enough."""
    order = json.dumps({"name": name, "threads": torch.get_num_threads(), "case": asdict(case)})
    return peak_of_process([sys.executable, "-m", "inpaint_zoo.benchmarking.memory", order], case.model)


def peak_of_process(command: Sequence[str], what: str) -> float | None:
    """The peak in MB that a process prints as its last line; None if the machine had not enough memory for it.

    Raises:
        RuntimeError: It failed for another reason; the message names `what` was measured.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == -signal.SIGKILL or "can't allocate memory" in done.stderr:
        return None
    if done.returncode != 0:
        raise RuntimeError(f"measuring the memory of {what} failed:\n{done.stderr}")
    return float(done.stdout.splitlines()[-1])


def peak_here() -> float:
    """The largest resident set that this process ever had, in MB."""
    if _STATUS.exists():
        # getrusage would do, but for Linux counting in what the parent had when it started this process
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource  # noqa: PLC0415 (not on Windows)

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def run_order(order: str) -> float:
    """Make the call that `peak_in_fresh_process` ordered, once, and return the peak in MB."""
    wanted = json.loads(order)
    torch.set_num_threads(wanted["threads"])
    CALLS[wanted["name"]](Case(**wanted["case"]))()
    return peak_here()


if __name__ == "__main__":
    print(run_order(sys.argv[1]))
