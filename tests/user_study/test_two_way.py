import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from inpaint_zoo.user_study.two_way import Crossed, interval_of_share, intervals_of_scores, two_way_variance


def crossed(num_people, num_photographs):
    people, photographs = np.indices((num_people, num_photographs)).reshape(2, -1)
    return Crossed(people, photographs)


def test_variance_is_the_sum_over_pairs_of_votes_that_share_a_person_or_a_photograph():
    rng = np.random.default_rng(0)
    who = Crossed(rng.integers(0, 7, 40), rng.integers(0, 9, 40))
    moves = rng.normal(size=(40, 1)) + rng.normal(size=(7, 1))[who.people]
    groups = [np.unique(own, return_inverse=True)[1] for own in (*who, who.people * 9 + who.photographs)]
    by_group = []
    for own in groups:
        total = sum(float(moves[i, 0] * moves[j, 0]) for i in range(40) for j in range(40) if own[i] == own[j])
        number = own.max() + 1
        by_group.append(total * number / (number - 1))
    people, photographs, both = by_group
    assert people + photographs - both > both
    assert two_way_variance(moves, who)[0] == pytest.approx(people + photographs - both)


def test_independent_votes_have_at_least_the_plain_variance():
    rng = np.random.default_rng(1)
    who = crossed(8, 8)
    for _ in range(20):
        moves = rng.normal(size=(64, 1)) / 64
        assert two_way_variance(moves, who)[0] >= (moves**2).sum() * 64 / 63 * (1 - 1e-12)


def test_a_mean_that_only_people_move_has_nearly_the_interval_of_student():
    rng = np.random.default_rng(2)
    values = rng.normal(size=9)  # each of nine people says one thing on all of 300 photographs
    who = crossed(9, 300)
    votes = values[who.people]
    (found,) = intervals_of_scores(np.array([votes.mean()]), ((votes - votes.mean()) / len(votes))[:, None], who)
    # less what the variance over both takes away, one in 300
    spread = stats.sem(values) * np.sqrt(1 - 8 / 9 * 2700 / 2699 / 300)
    assert tuple(found) == pytest.approx(stats.t.interval(0.95, 8, votes.mean(), spread))


@given(st.integers(6, 12), st.integers(6, 12), st.integers(0, 2**32 - 1))
def test_an_interval_of_a_share_holds_it_and_stays_between_0_and_1(num_people, num_photographs, seed):
    who = crossed(num_people, num_photographs)
    votes = (np.random.default_rng(seed).random(len(who.people)) < 0.1).astype(float)
    share = float(votes.mean())
    low, high = interval_of_share(share, (votes - share) / len(votes), who)
    assert 0 <= low <= share <= high <= 1
    assert low < high


def test_a_share_that_shows_no_spread_has_the_bound_of_clopper_and_pearson():
    who = crossed(8, 20)
    low, high = interval_of_share(0.0, np.zeros(160), who)
    assert (low, high) == (0, pytest.approx(stats.binomtest(0, 8).proportion_ci(0.95, "exact").high))
    assert interval_of_share(1.0, np.zeros(160), who) == pytest.approx((1 - high, 1))


@pytest.mark.parametrize(
    ("size", "reason"), [((5, 9), "too few people"), ((9, 5), "too few photographs"), ((5, 5), "too few people")]
)
def test_below_six_there_is_no_interval(size, reason):
    who = crossed(*size)
    assert who.too_few == reason
    assert interval_of_share(0.5, np.ones(len(who.people)), who) is None
    assert intervals_of_scores(np.zeros(2), np.ones((len(who.people), 2)), who) is None
    assert crossed(6, 6).too_few == ""


def test_intervals_of_people_and_photographs_who_differ_hold_the_true_share():
    """A small version of `benchmarks/study.py`; intervals of independent votes would hold it in far fewer."""
    rng, truth, held, naive = np.random.default_rng(3), 0.5, 0, 0
    who = crossed(12, 15)
    for _ in range(400):
        leaning = rng.normal(size=12)[who.people] + rng.normal(size=15)[who.photographs]
        votes = (leaning + rng.logistic(size=len(leaning)) > 0).astype(float)
        share = float(votes.mean())
        low, high = interval_of_share(share, (votes - share) / len(votes), who)
        held += low <= truth <= high
        naive += abs(share - truth) <= 1.96 * np.sqrt(share * (1 - share) / len(votes))
    assert 0.93 <= held / 400 <= 0.985
    assert naive / 400 < 0.7
