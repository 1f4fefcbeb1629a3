from __future__ import annotations

import pytest

from inpaint_zoo.benchmark.overhead import BLOCK, Overhead, describe, measure_overhead

SMALL = [
    "experiment=tiny", "data.size=32", "model.network.num_residual_blocks=1", "trainer.log_every_n_steps=5",
    "ema_decay=0.9",
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*does not have many workers", "ignore:.*LeafSpec", "ignore:.*Checkpoint directory")
def test_both_kinds_of_steps_are_timed_in_turns() -> None:
    overhead = measure_overhead("misf", SMALL, 2 * BLOCK)
    assert len(overhead.bare) == len(overhead.trained) == 2
    assert all(value > 0 for value in (*overhead.bare, *overhead.trained))
    # a step in a Trainer is a whole step, not the fetching of a batch
    assert min(overhead.trained) > 0.5 * min(overhead.bare)


def test_the_interval_holds_the_median_and_leaves_outliers_out() -> None:
    added = [2.0 + 0.01 * number for number in range(19)] + [1000.0]
    overhead = Overhead(bare=[10.0] * 20, trained=[10.0 + value for value in added])
    bare, _, middle, (low, high) = describe(overhead)
    assert bare == 10
    assert middle == pytest.approx(2.095)
    assert (low, high) == (pytest.approx(2.05), pytest.approx(2.14))


def test_few_blocks_have_a_wide_interval() -> None:
    assert Overhead(bare=[1.0, 1.0], trained=[2.0, 5.0]).interval == (1.0, 4.0)
