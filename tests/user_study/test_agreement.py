import numpy as np
import pytest

from inpaint_zoo.user_study.agreement import agreement_of


def test_names_of_krippendorff():
    # four observers, twelve units, names 1 to 5: "Computing Krippendorff's alpha-reliability" (2011)
    data = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ]
    pairs = [(unit, value - 1) for own in data for unit, value in enumerate(own) if value]
    questions, chosen = (np.array(own) for own in zip(*pairs, strict=True))
    found = agreement_of(questions, np.ones((len(chosen), 5), bool), chosen)
    assert found.alpha == pytest.approx(0.743, abs=5e-4)


def test_by_hand():
    # questions: AAB and BB. Of 4 pairs of votes, 1 of the first and the one of the second agree: 2 of 4.
    # observed: (9 - 5) / 2 + 0 = 2; by chance, of 2 A and 3 B: (25 - 13) / 4 = 3; alpha = 1 - 2/3
    questions, chosen = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1])
    share, alpha = agreement_of(questions, np.ones((5, 2), bool), chosen)
    assert (share, alpha) == (pytest.approx(1 / 2), pytest.approx(1 / 3))


def pairs_of(rng, prefer):
    """60 questions of pairs of four methods, 30 people each."""
    questions = np.repeat(np.arange(60), 30)
    firsts, seconds = np.triu_indices(4, 1)
    place = questions % 6
    offered = np.zeros((len(questions), 4), bool)
    offered[np.arange(len(questions)), firsts[place]] = offered[np.arange(len(questions)), seconds[place]] = True
    chosen = np.where(prefer(questions, rng), firsts[place], seconds[place])
    return questions, offered, chosen


def test_people_who_toss_a_coin_agree_by_chance_also_on_pairs():
    found = agreement_of(*pairs_of(np.random.default_rng(0), lambda questions, rng: rng.random(len(questions)) < 0.5))
    assert found.alpha == pytest.approx(0, abs=0.02)
    assert found.share == pytest.approx(0.5, abs=0.02)


def test_people_who_see_the_same_agree():
    found = agreement_of(*pairs_of(np.random.default_rng(0), lambda questions, rng: questions % 4 < 2))
    assert found == (1, 1)


def test_without_two_votes_on_a_question_there_is_none():
    assert agreement_of(np.arange(4), np.ones((4, 2), bool), np.zeros(4, int)) is None


def test_where_all_votes_are_equal_chance_says_nothing():
    assert agreement_of(np.array([0, 0, 1, 1]), np.ones((4, 2), bool), np.zeros(4, int)) == (1, None)
