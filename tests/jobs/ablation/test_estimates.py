from __future__ import annotations

import numpy as np
import pytest

from inpaint_zoo.jobs.ablation.estimates import scores_of
from inpaint_zoo.metrics.records import Record

METHODS = {"one": ["one_0", "one_1"], "two": ["two_0", "two_1"]}


def record(method: str, name: str, photograph: str, value: float | None, ratio: float = 0.3) -> Record:
    return Record(method, name, photograph, ratio, {"psnr": value})


def records(values: dict[str, list[float | None]]) -> list[Record]:
    """Images a/0, a/1 of one photograph, then b."""
    names = (("a/0", "a"), ("a/1", "a"), ("b", "b"))
    return [
        record(method, *name, value) for method, row in values.items() for name, value in zip(names, row, strict=True)
    ]


def test_a_mean_is_over_seeds_and_images() -> None:
    found = scores_of(
        records({"one_0": [1, 2, 6], "one_1": [3, 4, 8], "two_0": [0] * 3, "two_1": [0] * 3}), METHODS, "psnr", "20-40"
    )
    assert found is not None
    assert found.mean("one").value == pytest.approx(4)
    assert found.difference("one", "two").value == pytest.approx(4)


def test_an_interval_is_that_of_a_slow_bootstrap_over_photographs_and_seeds() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(3, 18))
    made = [
        record(f"one_{seed}", f"{p}/{i}", str(p), values[seed, 3 * p + i])
        for seed in range(3)
        for p in range(6)
        for i in range(3)
    ]
    found = scores_of(made, {"one": [f"one_{seed}" for seed in range(3)]}, "psnr", "all").mean("one")
    means = []
    for _ in range(20_000):
        photographs, seeds = rng.integers(6, size=6), rng.integers(3, size=3)
        columns = (3 * photographs[:, None] + np.arange(3)).ravel()
        means.append(values[np.ix_(seeds, columns)].mean())
    assert found.interval == pytest.approx(tuple(np.quantile(means, [0.025, 0.975])), abs=0.05)


@pytest.mark.parametrize(("photographs", "interval"), [(5, None), (6, (5.0, 5.0))])
def test_too_few_photographs_have_no_interval(photographs: int, interval: tuple[float, float] | None) -> None:
    made = [record("one_0", str(n), str(n // 2), 5.0) for n in range(2 * photographs)]
    assert scores_of(made, {"one": ["one_0"]}, "psnr", "all").mean("one") == (5.0, interval)


def test_values_that_are_missing_are_left_out_and_an_empty_bin_is_none() -> None:
    made = records({"one_0": [1, None, 5], "one_1": [1, None, 5], "two_0": [None] * 3, "two_1": [None] * 3})
    found = scores_of(made, METHODS, "psnr", "all")
    assert found.mean("one").value == 3
    assert found.mean("two") is None
    assert found.difference("one", "two") is None
    assert scores_of(made, METHODS, "psnr", "40-60") is None
