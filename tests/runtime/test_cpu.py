import platform
import subprocess
import sys

import pytest

STEPS = """
import resource, sys
import torch
from inpaint_zoo.runtime.cpu import prepare_cpu
if sys.argv[1] == "prepared":
    prepare_cpu()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def step():
    pieces = [torch.zeros(10_000_000) for _ in range(3)]
for _ in range(10):
    step()
before = faults()
for _ in range(5):
    step()
print(faults() - before, (torch.tensor(1e-38) / 1000).item())
"""


def page_faults(how: str) -> tuple[int, float]:
    done = subprocess.run([sys.executable, "-c", STEPS, how], capture_output=True, text=True, check=True)
    faults, tiny = done.stdout.split()
    return int(faults), float(tiny)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries decide for themselves")
def test_memory_is_kept_from_step_to_step_and_denormal_numbers_are_zero() -> None:
    plain, prepared = page_faults("plain"), page_faults("prepared")
    assert plain[0] > 10_000  # 120 MB in pages of 4 KiB, five times
    assert prepared[0] < plain[0] / 2  # none at all where the heap has settled
    assert plain[1] > 0
    assert prepared[1] == 0
