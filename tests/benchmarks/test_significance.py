from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

SCRIPT = "benchmarks/significance.py"


def test_prints_a_table_for_every_kind_of_values(
    loaded: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = loaded(SCRIPT)
    monkeypatch.setattr(module, "PHOTOGRAPHS", (2, 6))
    monkeypatch.setattr(module, "METHODS", (2,))
    monkeypatch.setattr("sys.argv", [SCRIPT, "--trials=2", "--draws=20", "--crops=4"])
    module.main()
    printed = capsys.readouterr().out
    assert printed.count("| percentile bootstrap (before) | ") == 9
    assert printed.count("| Equal methods (") == 9
    for title in ("normal", "lognormal, σ = 1.0", "hole_psnr, opencv_telea − nearest", "ssim, opencv_telea − mean"):
        assert f"| {title} | 2 | 6 |" in printed


def test_nothing_to_simulate_is_refused(script: Callable[..., Any]) -> None:
    done = script(SCRIPT, "--trials=0")
    assert done.code == 2
    assert done.err.endswith("error: --trials=0 must be at least 1\n")


@pytest.mark.parametrize(("name", "method"), [("percentile", "percentile"), ("bca", "BCa")])
def test_bootstrap_intervals_agree_with_scipy(loaded: Callable[[str], Any], name: str, method: str) -> None:
    module = loaded(SCRIPT)
    rng = np.random.default_rng(1)
    values = rng.gamma(2, 3, 30)
    theirs = stats.bootstrap((values,), np.mean, n_resamples=9999, method=method, rng=0).confidence_interval
    draws = rng.multinomial(30, np.full(30, 1 / 30), 9999).astype(float)
    ((low, high),) = getattr(module, name)(values[:, None], np.ones((30, 1)), draws)
    assert (low, high) == pytest.approx(tuple(theirs), abs=0.15)


def test_the_true_mean_is_that_of_many_draws(loaded: Callable[[str], Any]) -> None:
    module = loaded(SCRIPT)
    rng = np.random.default_rng(0)
    values = rng.gamma(2, 3, (9, module.MASKS))
    for population in module.populations({"real": values}).values():
        drawn = population.sample(rng, (40_000,))
        images = rng.integers(module.MASKS, size=len(drawn))
        mean = np.take_along_axis(drawn, images[:, None], axis=1).sum() / (images + 1).sum()
        assert mean == pytest.approx(population.mean, abs=0.08)
