import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from inpaint_zoo.user_study.bradley_terry import scores_of


def duels(wins):
    """Votes of pairs: wins[i][j] times i was preferred to j."""
    rows = [
        (i, j)
        for i, j in itertools.permutations(range(len(wins)), 2)
        for _ in range(wins[i][j])
    ]  # fmt: skip
    offered = np.zeros((len(rows), len(wins)), bool)
    for row, pair in enumerate(rows):
        offered[row, list(pair)] = True
    return offered, np.array([i for i, _ in rows])


@given(st.integers(1, 50), st.integers(1, 50))
def test_two_methods_have_the_log_odds_of_their_wins(first, second):
    found = scores_of(*duels([[0, first], [second, 0]]))
    assert found.values[0] - found.values[1] == pytest.approx(np.log(first / second), abs=1e-6)
    assert found.values.sum() == pytest.approx(0, abs=1e-12)


def test_pairs_are_a_logistic_regression():
    wins = np.random.default_rng(0).integers(1, 12, (5, 5))
    offered, chosen = duels(wins)
    loser = np.array(
        [next(m for m in np.flatnonzero(row) if m != own) for row, own in zip(offered, chosen, strict=True)]
    )
    sign = np.where(np.arange(len(chosen)) % 2, 1, -1)[:, None]  # which of two is first does not matter
    design = (np.eye(5)[chosen] - np.eye(5)[loser]) * sign
    fit = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10, max_iter=1000).fit(design, sign[:, 0])
    expected = fit.coef_[0] - fit.coef_[0].mean()
    assert scores_of(offered, chosen).values == pytest.approx(expected, abs=1e-5)


def test_pairs_by_hand():
    # 3 methods in a circle of equal wins are equal; Hunter's iteration (2004) is a slow twin of the rest
    assert scores_of(*duels([[0, 2, 1], [1, 0, 2], [2, 1, 0]])).values == pytest.approx(np.zeros(3), abs=1e-8)
    wins = np.array([[0, 6, 9], [4, 0, 5], [1, 3, 0]])
    worth = np.ones(3)
    for _ in range(5000):
        met = wins + wins.T
        worth = wins.sum(axis=1) / (met / (worth[:, None] + worth)).sum(axis=1)
        worth /= np.exp(np.log(worth).mean())
    assert scores_of(*duels(wins)).values == pytest.approx(np.log(worth), abs=1e-6)


@given(st.lists(st.integers(1, 30), min_size=2, max_size=6))
def test_the_best_of_all_has_the_logarithm_of_its_votes(votes):
    chosen = np.repeat(np.arange(len(votes)), votes)
    found = scores_of(np.ones((len(chosen), len(votes)), bool), chosen)
    assert found.values == pytest.approx(np.log(votes) - np.log(votes).mean(), abs=1e-6)


def test_a_method_that_never_wins_has_no_score():
    found = scores_of(*duels([[0, 3, 5], [2, 0, 5], [0, 0, 0]]))
    assert found.methods.tolist() == [0, 1]
    assert found.values == pytest.approx([np.log(1.5) / 2, -np.log(1.5) / 2], abs=1e-6)
    assert found.influences.shape == (15, 2)


@pytest.mark.parametrize("wins", [[[0, 4], [0, 0]], [[0, 4, 4], [0, 0, 4], [0, 0, 0]]])
def test_methods_in_a_strict_order_have_no_scores(wins):
    found = scores_of(*duels(wins))
    assert len(found.methods) == len(found.values) == found.influences.shape[1] == 0


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_influences_are_what_a_vote_moves(seed):
    rng = np.random.default_rng(seed)
    offered, chosen = duels(rng.integers(15, 25, (3, 3)))
    found = scores_of(offered, chosen)
    left = int(rng.integers(len(chosen)))
    without = scores_of(np.delete(offered, left, axis=0), np.delete(chosen, left))
    moved = found.values - without.values
    assert moved == pytest.approx(found.influences[left], abs=0.1 * np.abs(moved).max() + 1e-6)
    assert found.influences.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-6)
