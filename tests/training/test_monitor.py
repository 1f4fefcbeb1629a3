from __future__ import annotations

import pytest
from omegaconf import OmegaConf

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.training.monitor import Monitor, format_value


def test_that_of_a_configuration() -> None:
    assert Monitor.of(compose_config("train")) == Monitor() == Monitor("val/psnr", "max")
    assert Monitor.of(compose_config("train", ["monitor=val/l1", "mode=min"])) == Monitor("val/l1", "min")


@pytest.mark.parametrize("text", ["model: {}", "monitor: null", "monitor: ${nothing}", "mode: ${nothing}", "mode: 3"])
def test_a_configuration_that_does_not_say_it(text: str) -> None:
    assert Monitor.of(OmegaConf.create(text)) == Monitor()  # type: ignore[arg-type]
    assert Monitor.of(None) == Monitor()


@pytest.mark.parametrize(("mode", "best"), [("max", 3.0), ("min", -1.0)])
def test_the_best_value_comes_first_and_none_last(mode: str, best: float) -> None:
    monitor = Monitor("val/x", mode)
    assert monitor.best([0.5, 3.0, -1.0]) == best
    assert monitor.best([]) is None
    ordered = sorted([None, 0.5, 3.0, -1.0], key=monitor.rank)
    assert (ordered[0], ordered[-1]) == (best, None)


def test_small_values_are_shown_with_more_digits() -> None:
    given = (21.256, 20.0, 0.03125, -0.5, None)
    assert [format_value(value) for value in given] == ["21.26", "20.00", "0.0312", "-0.5000", ""]
