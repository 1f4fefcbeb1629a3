import numpy as np
import pytest

from inpaint_zoo.evaluation.significance.intervals import confidence_intervals
from inpaint_zoo.evaluation.significance.pairs import Pairs
from inpaint_zoo.evaluation.significance.permutation import corrected_p_values


def values_of(seed: int, photographs: int = 10, methods: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """(images, methods, 2 metrics) of two images a photograph, and the first image of each photograph."""
    levels = np.arange(methods)[:, None]
    values = np.random.default_rng(seed).normal(levels, 1, (2 * photographs, methods, 2))
    return values, np.arange(0, 2 * photographs, 2)


def test_a_pair_is_the_opposite_of_the_other_way_round():
    pairs = Pairs.of(*values_of(0), 200, 0)
    off_diagonal = ~np.eye(3, dtype=bool)
    np.testing.assert_array_equal(pairs.means.transpose(1, 0, 2)[off_diagonal], -pairs.means[off_diagonal])
    swapped = pairs.intervals.transpose(1, 0, 2, 3)[..., ::-1]
    np.testing.assert_array_equal(swapped[off_diagonal], -pairs.intervals[off_diagonal])
    np.testing.assert_array_equal(pairs.p.transpose(1, 0, 2), pairs.p)
    np.testing.assert_array_equal(pairs.told_apart.transpose(1, 0, 2), pairs.told_apart)
    assert np.isnan(pairs.p[~off_diagonal]).all()
    assert not pairs.told_apart[~off_diagonal].any()


def test_means_and_intervals_are_of_differences_over_common_images():
    values, starts = values_of(1)
    values[3, 0, 0] = values[8:10, 2, 0] = np.nan
    pairs = Pairs.of(values, starts, 50, 0)
    differences = values[:, 2, 0] - values[:, 0, 0]
    assert pairs.means[2, 0, 0] == pytest.approx(np.nanmean(differences))
    by_photograph = differences.reshape(-1, 2)
    sums, sizes = np.nansum(by_photograph, axis=1), (~np.isnan(by_photograph)).sum(axis=1)
    expected = confidence_intervals(sums[:, None], sizes[:, None].astype(float))[0]
    np.testing.assert_allclose(pairs.intervals[2, 0, 0], expected)


def test_told_apart_needs_both_p_and_interval():
    """One photograph decides the mean: every sign is the same, but the interval contains 0."""
    values = np.zeros((6, 2, 2))
    values[:, 1] = np.array([0.1, 0.1, 0.1, 0.1, 0.1, 9])[:, None]
    values[:, 1, 1] = [1, 2, 1, 2, 1, 2]
    pairs = Pairs.of(values, np.arange(6), 100, 0)
    assert pairs.p[0, 1].tolist() == [2 / 64, 2 / 64]
    assert pairs.told_apart[0, 1].tolist() == [False, True]


def test_an_infinite_or_rare_value_is_tested_with_no_other_method():
    values, starts = values_of(2)
    values[0, 0, 0] = np.inf
    values[: 2 * 5, 1, 1] = np.nan
    pairs = Pairs.of(values, starts, 50, 0)
    assert np.isnan(pairs.means[0, :, 0]).all()
    assert np.isnan(pairs.p[0, :, 0]).all()
    assert np.isnan(pairs.p[1, :, 1]).all()
    assert not np.isnan(pairs.means[1, 0, 1])
    assert set(pairs.letters(0, [2, 1])) == {2, 1}
    assert set(pairs.letters(1, [2, 1, 0])) == {2, 0}


def test_a_method_alone_has_no_pair():
    pairs = Pairs.of(*values_of(3, methods=1), 50, 0)
    assert pairs.means.shape == (1, 1, 2)
    assert pairs.letters(0, [0]) == {}


def test_among_equal_methods_the_best_is_rarely_told_apart_from_another():
    """200 columns of six equal methods; two of three tables of uncorrected tests would be right."""
    values = np.random.default_rng(4).normal(size=(12, 6, 300))
    pairs = Pairs.of(values, np.arange(12), 999, 0)
    best = values.mean(axis=0).argmax(axis=0)
    errors = pairs.told_apart[best, :, np.arange(300)].any(axis=1).mean()
    assert 0 < errors <= 0.08


@pytest.mark.parametrize(("photographs", "lacking"), [(8, False), (30, False), (8, True)])
def test_many_methods_have_the_numbers_that_their_pairs_give(
    monkeypatch: pytest.MonkeyPatch, photographs: int, lacking: bool
) -> None:
    """Sums from methods beside sums of pairs; one metric that nobody has, and values of very different sizes."""
    values, starts = values_of(2, photographs, methods=7)
    values = np.concatenate([1e3 + values, np.full_like(values[..., :1], np.nan)], axis=2)
    values[:, 3] = values[:, 4]  # a pair of equal methods
    if lacking:
        values[1, 0, 0] = np.nan
    slow = Pairs.of(values, starts, 500, 0)
    monkeypatch.setattr("inpaint_zoo.evaluation.significance.pairs.MANY_PAIRS", 1)
    asked = []
    real = corrected_p_values
    monkeypatch.setattr(
        "inpaint_zoo.evaluation.significance.pairs.corrected_p_values",
        lambda *given: (asked.append(given[3] is not None), real(*given))[1],
    )
    fast = Pairs.of(values, starts, 500, 0)
    assert asked == [not lacking]
    np.testing.assert_array_equal(fast.p, slow.p)
    np.testing.assert_array_equal(fast.told_apart, slow.told_apart)
