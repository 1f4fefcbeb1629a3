"""Errors of libraries that the machine is the reason of."""

import errno
import re

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from inpaint_zoo.config.error_messages import explain
from inpaint_zoo.runtime.refusals import machine_refusal

WORDS = {
    "memory": [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has ..."),
        RuntimeError("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you "
                     "tried to allocate 1073741824 bytes. Error code 12 (Cannot allocate memory)"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:80] . DefaultCPUAllocator: not enough memory: you tried to ..."),
        RuntimeError("MPS backend out of memory (MPS allocated: 8.00 GB, other allocations: 1 GB, max allowed: 9 GB)."),
        RuntimeError("CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        OSError("[WinError 1455] The paging file is too small for this operation to complete"),
        RuntimeError("Couldn't open shared file mapping: <torch_1_2_3>, error code: <1455>"),
    ],
    r"--shm-size.*data\.num_workers": [
        RuntimeError("unable to allocate shared memory(shm) for file </torch_9_3_0>: No space left on device (28)"),
        RuntimeError("DataLoader worker (pid 7) is killed by signal: Bus error. It is possible that dataloader's "
                     "workers are out of shared memory. Please try to raise your shared memory limit."),
    ],
    r"killed.*data\.num_workers": [
        RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed. "),
        RuntimeError("DataLoader worker (pid(s) 7, 8) exited unexpectedly"),
    ],
    r"ulimit -n.*data\.num_workers": [
        OSError(errno.EMFILE, "Too many open files", "a.png"),
        OSError(errno.ENFILE, "Too many open files in system"),
        RuntimeError("received 0 items of ancdata"),
    ],
    r"compiler.*compile=false": [
        RuntimeError("Failed to find C compiler. Please specify via CC environment variable or set triton.knobs."),
        RuntimeError("InvalidCxxCompiler: No working C++ compiler found in torch._inductor.config.cpp.cxx: ('x',)"),
    ],
    "opencv-python-headless": [
        AttributeError("module 'cv2' has no attribute 'applyColorMap'"),
        ModuleNotFoundError("No module named 'cv2'"),
        ImportError("libGL.so.1: cannot open shared object file: No such file or directory"),
    ],
    "MASTER_PORT": [torch.distributed.DistNetworkError("The server socket has failed ... EADDRINUSE")],
    "disk is full": [
        OSError(errno.ENOSPC, "No space left on device", "runs/a"), OSError(errno.EDQUOT, "Disk quota exceeded"),
    ],
    "'/home/x'.*TORCH_HOME": [OSError(errno.EROFS, "Read-only file system", "/home/x")],
    "HOME": [RuntimeError("Could not determine home directory.")],
}  # fmt: skip


@pytest.mark.parametrize(("words", "error"), [(words, error) for words, errors in WORDS.items() for error in errors])
def test_one_line_says_what_to_change(words: str, error: Exception) -> None:
    line = explain(error)
    assert line is not None
    assert re.search(words, line), line
    assert "\n" not in line


def test_it_says_how_much_was_asked_for() -> None:
    with pytest.raises(MemoryError) as caught:
        np.empty(10**16, np.uint8)
    assert "PiB more were asked for" in str(explain(caught.value))


class Refusing(Dataset[int]):
    def __getitem__(self, index: int) -> int:
        raise (OSError(errno.EMFILE, "Too many open files"), MemoryError("no more"))[index]


@pytest.mark.parametrize(("index", "words"), [(0, "ulimit"), (1, "out of memory")])
def test_errors_of_loading_processes_are_understood(index: int, words: str) -> None:
    with pytest.raises((OSError, MemoryError)) as caught:
        list(DataLoader(Refusing(), sampler=[index], num_workers=1))
    assert words in str(explain(caught.value))


def test_the_reason_may_stand_in_a_cause() -> None:
    error = RuntimeError("step failed")
    error.__cause__ = MemoryError()
    assert "out of memory" in str(machine_refusal(error))


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("size mismatch"), KeyError("out of memory"), ValueError("MemoryError"),
        AttributeError("no memory"),
        FileNotFoundError(errno.ENOENT, "No such file or directory"),
    ],
)  # fmt: skip
def test_a_bug_stays_a_bug(error: Exception) -> None:
    assert explain(error) is None


def interrupted() -> None:
    try:
        raise RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed. ")
    finally:
        {}["limbo"]


def test_what_interrupted_the_exception_counts() -> None:
    with pytest.raises(KeyError) as caught:
        interrupted()
    assert "a process that loads data was killed" in str(machine_refusal(caught.value))
