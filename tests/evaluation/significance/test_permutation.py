import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from inpaint_zoo.evaluation.significance import permutation
from inpaint_zoo.evaluation.significance.permutation import corrected_p_values, is_exact


def single(values: np.ndarray, num_resamples: int, seed: int = 0) -> float:
    """The p value of one pair alone."""
    return float(corrected_p_values(values.reshape(-1, 1, 1), num_resamples, seed)[0, 0])


def slow_p_values(differences: np.ndarray) -> list[float]:
    """Every flip of the signs, one at a time; pairs (n, P) step by step, the most distant first."""

    def distances(signs: tuple[int, ...]) -> list[float]:
        sums = [sum(sign * value for sign, value in zip(signs, own, strict=True)) for own in differences.T]
        roots = [math.sqrt(sum(value**2 for value in own)) for own in differences.T]
        return [abs(total) / root for total, root in zip(sums, roots, strict=True)]

    observed = distances((1,) * len(differences))
    flipped = [distances(signs) for signs in itertools.product((1, -1), repeat=len(differences))]
    found, smallest = {}, 0.0
    left = sorted(range(len(observed)), key=lambda pair: -observed[pair])
    while left:
        pair = left[0]
        extreme = sum(max(own[other] for other in left) >= observed[pair] - 1e-9 for own in flipped)
        found[pair] = smallest = max(smallest, extreme / len(flipped))
        left = left[1:]
    return [found[pair] for pair in range(len(observed))]


@pytest.mark.parametrize("seed", range(4))
def test_few_clusters_are_exact(seed: int):
    rng = np.random.default_rng(seed)
    differences = rng.normal([[[1.5], [1.0], [0.5], [0]]], [[[1], [2], [3], [1]]], (8, 4, 2)).round(1)  # with ties
    expected = np.transpose([slow_p_values(differences[..., column]) for column in range(2)])
    np.testing.assert_array_equal(corrected_p_values(differences, 256, seed=0), expected)


@pytest.mark.parametrize(("number", "resamples"), [(8, 10_000), (60, 9_999)])
def test_a_single_pair_agrees_with_scipy(number: int, resamples: int):
    differences = np.random.default_rng(0).normal(0.25, 1, number)
    theirs = stats.permutation_test(
        (differences,), np.sum, permutation_type="samples", n_resamples=resamples, vectorized=False, rng=0
    )
    ours = single(differences, resamples)
    assert ours == pytest.approx(theirs.pvalue, abs=1e-12 if is_exact(number, resamples) else 0.02)
    assert 0.005 < ours < 0.9


def test_equal_values_have_p_of_1_and_do_not_affect_others():
    for number in (1, 5, 100):
        assert corrected_p_values(np.zeros((number, 2, 1)), 200, seed=0).tolist() == [[1], [1]]
    differences = np.random.default_rng(0).normal(0.5, 1, (10, 2, 1))
    more = np.concatenate([differences, np.zeros((10, 3, 1))], axis=1)
    np.testing.assert_array_equal(corrected_p_values(more, 2000, 0)[:2], corrected_p_values(differences, 2000, 0))


def test_no_pair_has_no_p():
    assert corrected_p_values(np.zeros((7, 0, 3)), 200, seed=0).shape == (0, 3)


def test_p_is_never_0_and_as_small_as_the_flips_allow():
    assert single(np.full(100, 7.0), 999) == 1 / 1000
    assert single(np.full(6, 7.0), 999) == 2 / 64


def test_clusters_without_a_difference_change_nothing():
    differences = np.random.default_rng(0).normal(1, 1, 5)
    assert single(np.concatenate([differences, np.zeros(4)]), 600) == single(differences, 600)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30), st.integers(0, 5))
def test_direction_and_scale_do_not_matter(values: list[float], seed: int):
    differences = np.array(values)
    p = single(differences, 300, seed)
    assert 0 < p <= 1
    assert single(-differences, 300, seed) == p
    assert single(differences * 4, 300, seed) == p


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 1000), st.integers(2, 6), st.permutations(range(6)))
def test_more_pairs_make_no_p_smaller_and_their_order_does_not_matter(seed: int, pairs: int, order: list[int]):
    differences = np.random.default_rng(seed).normal(0.4, 1, (9, 6, 1))
    whole = corrected_p_values(differences, 512, seed=0)[:, 0]
    assert (corrected_p_values(differences[:, :pairs], 512, seed=0)[:, 0] <= whole[:pairs]).all()
    np.testing.assert_array_equal(corrected_p_values(differences[:, order], 512, seed=0)[:, 0], whole[order])


@pytest.mark.parametrize("number", [10, 20])
def test_chunks_do_not_change_the_numbers(monkeypatch: pytest.MonkeyPatch, number: int):
    differences = np.random.default_rng(0).normal(0.3, 1, (number, 3, 2))
    whole = corrected_p_values(differences, 1024, seed=0)
    monkeypatch.setattr(permutation, "CHUNK_ELEMENTS", 20 * 7)
    np.testing.assert_array_equal(corrected_p_values(differences, 1024, seed=0), whole)


def test_p_values_are_uniform_where_there_is_no_difference():
    differences = np.random.default_rng(0).normal(size=(25, 1, 400))
    p = corrected_p_values(differences, 999, seed=0)[0]
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_of_many_equal_methods_one_is_told_apart_in_few_columns():
    """All 15 pairs of six methods, in 400 columns: a third of them would have an uncorrected p below 0.05."""
    values = np.random.default_rng(1).normal(size=(12, 6, 400))
    first, second = np.triu_indices(6, 1)
    p = corrected_p_values(values[:, first] - values[:, second], 999, seed=0)
    assert 0.02 <= (p.min(axis=0) < 0.05).mean() <= 0.08
