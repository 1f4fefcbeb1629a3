import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from inpaint_zoo.evaluation.significance import bootstrap
from inpaint_zoo.evaluation.significance.bootstrap import bootstrap_intervals, resampled_means


def clusters_of(seed: int, num_clusters: int = 12, columns: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(0, 4, (num_clusters, columns)).astype(float)
    sizes[:3] += 1
    return rng.normal(20, 3, sizes.shape) * sizes, sizes


def test_agrees_with_loops_over_the_same_draws():
    sums, sizes = clusters_of(0)
    rng = np.random.default_rng(5)
    expected = []
    for _ in range(50):
        total, count = np.zeros(3), np.zeros(3)
        for cluster in rng.integers(12, size=12):
            total += sums[cluster]
            count += sizes[cluster]
        expected.append(total / count)
    means = resampled_means(sums, sizes, 50, seed=5)
    np.testing.assert_allclose(means.T, expected, rtol=1e-12)
    np.testing.assert_allclose(
        bootstrap_intervals(sums, sizes, 50, seed=5), np.percentile(expected, [2.5, 97.5], axis=0).T, rtol=1e-12
    )


def test_agrees_with_scipy_where_clusters_are_single_images():
    values = np.random.default_rng(1).gamma(2, 3, (60, 1))
    theirs = stats.bootstrap((values[:, 0],), np.mean, n_resamples=20_000, method="percentile", rng=0)
    (ours,) = bootstrap_intervals(values, np.ones_like(values), 20_000, seed=0)
    assert ours == pytest.approx(list(theirs.confidence_interval), abs=0.05 * np.ptp(ours))


def test_agrees_with_scipy_on_a_ratio_of_sums():
    sums, sizes = clusters_of(2, 40, 1)
    theirs = stats.bootstrap(
        (sums[:, 0], sizes[:, 0]),
        lambda total, count, axis: total.sum(axis) / count.sum(axis),
        paired=True,
        vectorized=True,
        n_resamples=20_000,
        method="percentile",
        rng=0,
    )
    (ours,) = bootstrap_intervals(sums, sizes, 20_000, seed=0)
    assert ours == pytest.approx(list(theirs.confidence_interval), abs=0.05 * np.ptp(ours))


def test_copies_of_an_image_do_not_make_it_surer():
    values = np.random.default_rng(3).normal(20, 3, (30, 1))
    once = bootstrap_intervals(values, np.ones_like(values), 500, seed=0)
    many = bootstrap_intervals(values * 50, np.full_like(values, 50), 500, seed=0)
    np.testing.assert_allclose(once, many)


def test_blocks_and_chunks_do_not_change_the_numbers(monkeypatch: pytest.MonkeyPatch):
    sums, sizes = clusters_of(4, columns=7)
    whole = bootstrap_intervals(sums, sizes, 100, seed=0)
    monkeypatch.setattr(bootstrap, "BLOCK_COLUMNS", 2)
    monkeypatch.setattr(bootstrap, "CHUNK_ELEMENTS", 12 * 9)
    np.testing.assert_allclose(bootstrap_intervals(sums, sizes, 100, seed=0), whole, rtol=1e-12)


def test_one_cluster_has_no_interval():
    assert np.isnan(bootstrap_intervals(np.ones((1, 1)), np.ones((1, 1)), 100, seed=0)).all()
    sizes = np.zeros((9, 2))
    sizes[4] = 1
    assert np.isnan(bootstrap_intervals(sizes * 3, sizes, 100, seed=0)).all()


def test_resamples_without_a_member_are_left_out():
    sizes = np.zeros((20, 1))
    sizes[:2] = 1
    sums = sizes * np.arange(20)[:, None]
    means = resampled_means(sums, sizes, 400, seed=0)
    assert 0.05 < np.isnan(means).mean() < 0.25  # (18/20)^20 = 0.12
    np.testing.assert_array_equal(bootstrap_intervals(sums, sizes, 400, seed=0), [[0, 1]])


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 1000), st.integers(2, 20), st.integers(0, 5))
def test_a_seed_is_a_promise_and_limits_are_in_order(data_seed: int, num_clusters: int, seed: int):
    values = np.random.default_rng(data_seed).normal(size=(num_clusters, 2))
    first, second = (bootstrap_intervals(values, np.ones_like(values), 200, seed) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (values.min(axis=0) - 1e-12 <= first[:, 0]).all()
    assert (first[:, 0] <= first[:, 1]).all()
    assert (first[:, 1] <= values.max(axis=0) + 1e-12).all()


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 1000), st.integers(3, 20))
def test_holds_the_mean_of_what_is_symmetric(seed: int, half: int):
    values = np.random.default_rng(seed).normal(size=half)
    symmetric = np.concatenate([10 + values, 10 - values])[:, None]
    ((low, high),) = bootstrap_intervals(symmetric, np.ones_like(symmetric), 500, seed=0)
    assert low <= 10 <= high


def test_covers_the_truth_about_as_often_as_it_says():
    """Three correlated images a photograph: resampling images would cover far less than 95 % here."""
    rng = np.random.default_rng(0)
    trials, num_clusters = 300, 40
    totals = rng.normal(5, 2, (num_clusters, trials)) * 3 + rng.normal(0, 0.5, (3, num_clusters, trials)).sum(axis=0)
    intervals = bootstrap_intervals(totals, np.full(totals.shape, 3.0), 1000, seed=0)
    covered = ((intervals[:, 0] <= 5) & (intervals[:, 1] >= 5)).mean()
    assert 0.90 <= covered <= 0.98
