"""Unequal numbers of validation batches over the processes: each still takes part in the same collective operations.

gloo forgives one that only some processes begin, NCCL waits for it forever.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

COUNT = """
import os
import torch.distributed as dist
from torch.distributed import distributed_c10d
from torch.nn.parallel import DistributedDataParallel

log = open(f"{os.environ['LOGS']}/{os.environ.get('LOCAL_RANK', '0')}.txt", "a", buffering=1)

def noted(owner, name):
    original = getattr(owner, name)

    def call(*arguments, **named):
        print(name, file=log)
        return original(*arguments, **named)

    setattr(owner, name, call)

for name in ("all_reduce", "reduce", "broadcast", "all_gather", "all_gather_object", "barrier", "all_to_all"):
    noted(dist, name)
    setattr(distributed_c10d, name, getattr(dist, name))
noted(DistributedDataParallel, "_sync_buffers")  # broadcasts the buffers
"""


@pytest.mark.slow
def test_both_processes_begin_the_same_operations(
    images: Callable[..., Path], small_network: Callable[[str], dict[str, int]], tmp_path: Path
) -> None:
    """Five images are three batches of the first process and two of the second; MISF's buffers are its norms."""
    root = images(*(f"{split}/{number}.png" for split, count in (("train", 8), ("val", 5)) for number in range(count)))
    (tmp_path / "sitecustomize.py").write_text(COUNT)
    network = [f"model.network.{key}={value}" for key, value in small_network("misf").items()]
    settings = ["experiment=tiny", "model=misf", *network, "data.size=32", f"data.root={root}", "trainer.max_steps=5"]
    settings += ["trainer=ddp", "trainer.devices=2", "trainer.accelerator=cpu", "data.eval_batch_size=1"]
    settings += ["trainer.val_check_interval=2", "data.eval_repeats=1", f"run_dir={tmp_path / 'run'}"]
    done = subprocess.run(
        [sys.executable, "-m", "inpaint_zoo", "train", *settings],
        env={**os.environ, "LOGS": str(tmp_path), "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, second = ((tmp_path / f"{rank}.txt").read_text().split() for rank in range(2))
    assert first == second
    # steps 1, 2 and 4, and once in each validation: the step after one needs none
    assert first.count("_sync_buffers") == 3 + 3
