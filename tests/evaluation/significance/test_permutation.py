import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from inpaint_zoo.evaluation.significance import permutation
from inpaint_zoo.evaluation.significance.permutation import is_exact, permutation_p_values


def slow_p_value(differences: np.ndarray) -> float:
    """Every flip of the signs, one at a time."""
    observed = abs(sum(differences))
    flips = list(itertools.product((1, -1), repeat=len(differences)))
    extreme = 0
    for signs in flips:
        total = sum(sign * value for sign, value in zip(signs, differences, strict=True))
        extreme += abs(total) >= observed - 1e-9
    return extreme / len(flips)


@pytest.mark.parametrize("seed", range(4))
def test_few_clusters_are_exact(seed: int):
    differences = np.random.default_rng(seed).normal(0.5, 1, (9, 2)).round(1)  # rounded: with ties
    expected = [slow_p_value(column) for column in differences.T]
    assert permutation_p_values(differences, 512, seed=0).tolist() == expected


@pytest.mark.parametrize(("number", "resamples"), [(8, 10_000), (60, 9_999)])
def test_agrees_with_scipy(number: int, resamples: int):
    differences = np.random.default_rng(0).normal(0.25, 1, number)
    theirs = stats.permutation_test(
        (differences,), np.sum, permutation_type="samples", n_resamples=resamples, vectorized=False, rng=0
    )
    (ours,) = permutation_p_values(differences[:, None], resamples, seed=0)
    assert ours == pytest.approx(theirs.pvalue, abs=1e-12 if is_exact(number, resamples) else 0.02)
    assert 0.005 < ours < 0.9


def test_equal_values_have_p_of_1():
    for number in (1, 5, 100):
        assert permutation_p_values(np.zeros((number, 2)), 200, seed=0).tolist() == [1, 1]


def test_one_cluster_has_p_of_1():
    assert permutation_p_values(np.full((1, 1), 7.0), 200, seed=0).tolist() == [1]


def test_p_is_never_0_and_as_small_as_the_flips_allow():
    assert permutation_p_values(np.full((100, 1), 7.0), 999, seed=0).tolist() == [1 / 1000]
    assert permutation_p_values(np.full((6, 1), 7.0), 999, seed=0).tolist() == [2 / 64]


def test_clusters_without_a_difference_change_nothing():
    differences = np.random.default_rng(0).normal(1, 1, (5, 1))
    more = np.concatenate([differences, np.zeros((4, 1))])
    assert permutation_p_values(more, 600, seed=0) == permutation_p_values(differences, 600, seed=0)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30), st.integers(0, 5))
def test_direction_and_scale_do_not_matter(values: list[float], seed: int):
    differences = np.array(values)[:, None]
    p = permutation_p_values(differences, 300, seed)
    assert 0 < p[0] <= 1
    assert permutation_p_values(-differences, 300, seed) == p
    assert permutation_p_values(differences * 4, 300, seed) == p


def test_chunks_are_of_the_stated_number_of_flips(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(permutation, "CHUNK_ELEMENTS", 20 * 7)
    (p,) = permutation_p_values(np.random.default_rng(0).normal(0, 1, (20, 1)), 99, seed=0)
    assert p * 100 == pytest.approx(round(p * 100))
    assert p > 0.05


def test_p_values_are_uniform_where_there_is_no_difference():
    differences = np.random.default_rng(0).normal(size=(25, 400))
    p = permutation_p_values(differences, 999, seed=0)
    assert stats.kstest(p, "uniform").pvalue > 0.01
