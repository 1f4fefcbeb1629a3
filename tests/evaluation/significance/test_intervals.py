import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from inpaint_zoo.evaluation.significance.intervals import FEWEST, confidence_intervals


def clusters_of(seed: int, num_clusters: int = 12, columns: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(0, 4, (num_clusters, columns)).astype(float)
    sizes[:FEWEST] += 1
    return rng.gamma(2, 10, sizes.shape) * sizes, sizes


def slow_twin(sums: list[float], sizes: list[float]) -> tuple[float, float]:
    """Leave one cluster out at a time; then the quantile of |t| term by term."""
    own = [(total, size) for total, size in zip(sums, sizes, strict=True) if size]
    n, total, size = len(own), sum(total for total, _ in own), sum(size for _, size in own)
    mean = total / size
    without = [(total - one) / (size - members) for one, members in own]
    spread = math.sqrt((n - 1) / n * sum((value - mean) ** 2 for value in without))
    moments = [moment_of([mean - value for value in without], power) for power in (2, 3, 4)]
    skewness = moments[1] / moments[0] ** 1.5 * math.sqrt(n * (n - 1)) / (n - 2)
    kurtosis = moments[2] / moments[0] ** 2 - 3
    t = stats.t.ppf(0.975, n - 1)
    half = spread * (t + t / n * (skewness**2 / 18 * (t**4 + 2 * t**2 - 3) - kurtosis / 12 * (t**2 - 3)))
    return mean - half, mean + half


def moment_of(values: list[float], power: int) -> float:
    return sum(value**power for value in values) / len(values)


@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_a_jackknife_in_loops(seed: int):
    sums, sizes = clusters_of(seed)
    expected = [slow_twin(list(total), list(size)) for total, size in zip(sums.T, sizes.T, strict=True)]
    np.testing.assert_allclose(confidence_intervals(sums, sizes), expected, rtol=1e-12)


def test_is_that_of_student_but_for_skewness_and_kurtosis():
    """Quantiles of a normal distribution have neither."""
    values = stats.norm.ppf((np.arange(40) + 0.5) / 40)[:, None]
    ((low, high),) = confidence_intervals(values, np.ones_like(values))
    expected = stats.t.interval(0.95, 39, loc=0, scale=stats.sem(values[:, 0]))
    assert (low, high) == pytest.approx(expected, rel=0.01)


def test_skewed_values_have_wider_intervals_than_student_gives():
    values = np.random.default_rng(0).lognormal(size=(20, 1))
    ((low, high),) = confidence_intervals(values, np.ones_like(values))
    theirs = stats.t.interval(0.95, 19, loc=values.mean(), scale=stats.sem(values[:, 0]))
    assert 1.05 < (high - low) / (theirs[1] - theirs[0]) < 2


def test_copies_of_an_image_do_not_make_it_surer():
    values = np.random.default_rng(3).normal(20, 3, (30, 1))
    once = confidence_intervals(values, np.ones_like(values))
    many = confidence_intervals(values * 50, np.full_like(values, 50))
    np.testing.assert_allclose(once, many)


def test_clusters_without_members_do_not_count():
    sums, sizes = clusters_of(4)
    more = (np.concatenate([part, np.zeros((5, 3))]) for part in (sums, sizes))
    np.testing.assert_allclose(confidence_intervals(*more), confidence_intervals(sums, sizes), rtol=1e-13)


@pytest.mark.parametrize("number", range(1, 8))
def test_too_few_clusters_have_no_interval(number: int):
    sizes = np.zeros((9, 1))
    sizes[:number] = 1
    limits = confidence_intervals(sizes * np.arange(9)[:, None], sizes)
    assert np.isnan(limits).all() == (number < FEWEST)


@settings(deadline=None)
@given(st.floats(-1e6, 1e6), st.lists(st.integers(1, 9), min_size=6, max_size=30))
def test_equal_values_have_an_interval_without_width(value: float, sizes: list[int]):
    members = np.array(sizes, float)[:, None]
    ((low, high),) = confidence_intervals(value * members, members)
    assert low == high == pytest.approx(value)


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(6, 20), st.floats(0.1, 10), st.floats(-50, 50))
def test_scale_and_origin_move_the_interval_along(seed: int, number: int, scale: float, origin: float):
    values = np.random.default_rng(seed).normal(size=(number, 2))
    ones = np.ones_like(values)
    limits = confidence_intervals(values, ones)
    assert (limits[:, 0] < values.mean(axis=0)).all()
    assert (values.mean(axis=0) < limits[:, 1]).all()
    np.testing.assert_allclose(confidence_intervals(values * scale + origin, ones), limits * scale + origin, atol=1e-9)
    np.testing.assert_allclose(confidence_intervals(-values, ones), -limits[:, ::-1], atol=1e-12)


@pytest.mark.parametrize("number", [6, 20])
def test_covers_the_truth_about_as_often_as_it_says(number: int):
    """Three correlated images a photograph, 4000 simulations: counting images would cover far less than 95 % here."""
    rng = np.random.default_rng(number)
    shape = (number, 4000)
    totals = rng.normal(5, 2, shape) * 3 + rng.normal(0, 0.5, (3, *shape)).sum(axis=0)
    low, high = confidence_intervals(totals, np.full(shape, 3.0)).T
    assert 0.94 <= ((low <= 5) & (high >= 5)).mean() <= 0.975
