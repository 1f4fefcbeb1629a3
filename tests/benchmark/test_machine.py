import torch

from inpaint_zoo.benchmark.machine import cpu_model, describe_machine, num_threads


def test_threads_are_lent() -> None:
    before = torch.get_num_threads()
    with num_threads(before + 1):
        assert torch.get_num_threads() == before + 1
        assert describe_machine(0.0).threads == before + 1
    assert torch.get_num_threads() == before
    with num_threads(None):
        assert torch.get_num_threads() == before


def test_a_rate_that_was_not_measured_is_not_shown() -> None:
    assert "best machine rate seen: not measured (float32)" in describe_machine(0.0).lines()
    assert cpu_model() in describe_machine(123.4).lines()[0]
    assert "123 GFLOP/s" in describe_machine(123.4).lines()[2]
