import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.distributed as dist

from inpaint_zoo.runtime.processes import Processes, gather, joined_processes, restored_environment


def test_one_process_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined_processes() as processes:
        assert processes == Processes(0, 1)
        assert processes.is_first
        processes.wait()
        assert gather([1, 2]) == [1, 2]


def test_a_job_leaves_the_environment_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASTER_ADDR", "here")
    monkeypatch.setenv("NODE_RANK", "3")
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    before, threads = dict(os.environ), torch.get_num_threads()

    def job() -> None:
        with restored_environment():
            os.environ.update({"MASTER_ADDR": "there", "LOCAL_RANK": "0"})
            del os.environ["NODE_RANK"]
            torch.set_num_threads(threads + 1)
            raise KeyError("a job that fails")

    with pytest.raises(KeyError, match="a job that fails"):
        job()
    assert dict(os.environ) == before
    assert torch.get_num_threads() == threads


def test_a_job_leaves_no_process_group_of_its_own(tmp_path: Path) -> None:
    def join(name: str) -> None:
        dist.init_process_group("gloo", init_method=f"file://{tmp_path / name}", rank=0, world_size=1)

    with restored_environment():
        join("inner")
    assert not dist.is_initialized()
    join("outer")
    try:
        with restored_environment():
            assert dist.is_initialized()
        assert dist.is_initialized()
    finally:
        dist.destroy_process_group()


RESTARTED = """
import os, time
from inpaint_zoo.runtime.processes import gather, joined_processes
attempt = int(os.environ["TORCHELASTIC_RESTART_COUNT"])
for group in range(2):
    time.sleep(0.5 * attempt * (os.environ["RANK"] == "0"))  # the second process looks for addresses first
    with joined_processes() as processes:
        ranks = gather([processes.rank])
        if attempt == 0:
            os._exit(3)
assert ranks == [0, 1]
print("met again")
"""


def test_processes_that_torchrun_has_restarted_find_each_other(tmp_path: Path) -> None:
    (tmp_path / "restarted.py").write_text(RESTARTED)
    command = ["torch.distributed.run", "--standalone", "--nproc-per-node=2", "--max-restarts=1", "restarted.py"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    end = subprocess.run(
        [sys.executable, "-m", *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert end.returncode == 0, end.stderr[-2000:]
    assert end.stdout.count("met again") == 2
