from inpaint_zoo.benchmark.measure import Plan, measure
from inpaint_zoo.benchmark.subject import Case


class SteadyRate:
    best = 100.0

    def __call__(self) -> float:
        return 100.0


def test_a_model_without_timing_and_memory() -> None:
    said: list[str] = []
    case = Case("misf", 64, 1, "32", {"base_channels": 8})
    result = measure(case, Plan(calls=0, steps=False, memory=False), SteadyRate(), said.append)
    assert result.forward.num_parameters == sum(p.numel() for p in case.create_network().parameters())
    assert result.forward.gflop > 0
    assert result.forward.timing.calls == []
    assert result.step is result.memory is None
    assert len(said) == 1


def test_parameters_beside_the_network_and_the_operations_of_a_step() -> None:
    case = Case("madf", 128, 1, "32", {"base_channels": 8})
    result = measure(case, Plan(calls=1, steps=True, memory=False), SteadyRate(), lambda line: None)
    assert result.step is not None
    assert result.step.num_parameters == 0  # MADF has no discriminator, and the loss network does not learn
    assert result.step.gflop > 3 * result.forward.gflop
    assert len(result.step.timing.kept) == 1
