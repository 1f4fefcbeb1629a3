import pytest
import torch

from inpaint_zoo.benchmark import rate
from inpaint_zoo.benchmark.flops import count_gflop


def test_the_convolution_has_the_operations_that_it_is_credited_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "NUM_CONVOLUTIONS", 1)
    machine_rate = rate.MachineRate()
    assert machine_rate.image.is_contiguous(memory_format=torch.channels_last)
    assert count_gflop(machine_rate) == pytest.approx(rate.GFLOP)


def test_the_rate_is_operations_over_the_median_and_the_best_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    machine_rate = rate.MachineRate()
    seconds = iter([0.1, 0.1, 0.1, 0.2, 0.9, 0.9, 0.9, *[0.4] * 7])
    monkeypatch.setattr(machine_rate, "_seconds", lambda: next(seconds))
    assert machine_rate() == pytest.approx(rate.GFLOP / 0.2)
    assert machine_rate() == pytest.approx(rate.GFLOP / 0.4)
    assert machine_rate.best == pytest.approx(rate.GFLOP / 0.2)
