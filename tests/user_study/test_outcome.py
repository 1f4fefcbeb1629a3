import numpy as np
import pytest
from tests.user_study.conftest import METHODS, WORTH, ballot, luce

from inpaint_zoo.user_study.answers import Ballot
from inpaint_zoo.user_study.outcome import outcome_of
from inpaint_zoo.user_study.votes import votes_of


def outcome(key, num_people, person):
    ballots = [
        Ballot.model_validate(ballot(key, seed, person(np.random.default_rng(seed)))) for seed in range(num_people)
    ]
    votes = votes_of(ballots, key)
    return votes, outcome_of(votes, key)


def test_what_simulated_people_like_comes_back(key):
    votes, found = outcome(key, 250, luce)
    worth = np.array([WORTH[method] for method in METHODS])
    scores = [found.methods[method].score for method in METHODS]
    assert scores == pytest.approx(worth - worth.mean(), abs=0.3)
    odds = np.exp(worth)
    if key.form == "best":
        expected = odds / odds.sum()
    else:
        expected = [(odds[m] / (odds[m] + np.delete(odds, m))).mean() for m in range(3)]
    for method, share in zip(METHODS, expected, strict=True):
        assert found.methods[method].preferred.value == pytest.approx(share, abs=0.04)
    assert len(votes.chosen) == 250 * 8
    assert found.agreement.alpha == pytest.approx(0, abs=0.03)  # people of one taste, on images without a difference
    assert found.first_place.value == pytest.approx(found.first_by_chance, abs=0.04)


def test_metrics_are_compared_with_people(key):
    # PSNR ranks the methods as WORTH does, SSIM the other way round, L1 calls all equal, LPIPS has no values
    _, found = outcome(key, 60, luce)
    assert set(found.metrics) == {"psnr", "ssim"}
    psnr, ssim = found.metrics["psnr"], found.metrics["ssim"]
    assert psnr.value + ssim.value == pytest.approx(1)
    assert psnr.value > 0.7
    assert psnr.count == 60 * 8 * (2 if key.form == "best" else 1)
    _, sure = outcome(key, 8, lambda rng: lambda methods: max(methods, key=WORTH.__getitem__))
    assert (sure.metrics["psnr"].value, sure.metrics["ssim"].value) == (1, 0)
    assert [sure.methods[method].score for method in METHODS] == [None] * 3


def test_a_vote_of_which_a_value_is_unknown_does_not_count(key):
    images = list(key.images)
    for place, image in enumerate(images):
        metrics = {**image.metrics, "beta_net": {**image.metrics["beta_net"], "psnr": None}}
        images[place] = image.model_copy(update={"metrics": metrics})
    changed = key.model_copy(update={"images": images})
    votes, found = outcome(changed, 20, luce)
    known = votes.offered[:, 0] & votes.offered[:, 2] & (votes.chosen != 1)
    assert found.metrics["psnr"].count == known.sum()
    assert found.metrics["psnr"].value == pytest.approx((votes.chosen[known] == 0).mean())
    assert found.methods["beta_net"].means["psnr"] is None


def test_who_takes_the_first_picture_is_seen(key):
    _, found = outcome(key, 30, lambda rng: lambda methods: methods[0])
    assert found.first_place.value == 1
    assert found.first_place.interval.low > found.first_by_chance


def test_with_few_people_there_are_no_intervals(key):
    votes, found = outcome(key, 5, luce)
    assert votes.crossed.too_few == "too few people"
    shares = [found.first_place, *found.metrics.values(), *(own.preferred for own in found.methods.values())]
    assert all(share.interval is None for share in shares)
    assert all(own.score_interval is None for own in found.methods.values())
