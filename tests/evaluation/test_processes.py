"""The same numbers on any number of processes and workers, each image counted once."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from inpaint_zoo.metrics.records import Record, read_records
from inpaint_zoo.metrics.score import METRICS

NAMES = [f"{number:02}.png" for number in range(23)]


def run(output: Path, num_processes: int, num_workers: int, *arguments: str) -> list[Record]:
    command = [sys.executable, "-m", "inpaint_zoo", "compare", *arguments]
    if num_processes > 1:
        command[2:2] = ["torch.distributed.run", "--standalone", f"--nproc-per-node={num_processes}", "-m"]
    command += [f"output={output}", f"data.num_workers={num_workers}"]
    done = subprocess.run(
        command, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("report: ") == 1
    return read_records(output / "records.csv")


def test_23_images(images: Callable[..., Path], small_checkpoint: Callable[[str], Path], tmp_path: Path) -> None:
    arguments = (
        f"data.root={images(*NAMES)}", f"methods.madf={small_checkpoint('madf')}", "methods.telea=opencv_telea",
        "size=32", "lpips=false", "costs=false",
    )  # fmt: skip
    alone = run(tmp_path / "alone", 1, 0, *arguments)
    for num_processes, num_workers in ((2, 2), (1, 2)):
        shared = run(tmp_path / f"shared_{num_processes}_{num_workers}", num_processes, num_workers, *arguments)
        assert [(record.name, record.method) for record in shared] == [
            (name, method) for name in NAMES for method in ("madf", "telea")
        ]
        for one, other in zip(alone, shared, strict=True):
            assert (one.name, one.ratio) == (other.name, other.ratio)
            for key in METRICS:
                assert one.metrics[key] == pytest.approx(other.metrics[key], abs=1e-6)
