import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric

from inpaint_zoo.metrics.fid import frechet_distance


def features(seed: int, num_images: int, num_features: int, shift: float = 0.0) -> np.ndarray:
    rng = np.random.RandomState(seed)
    mixed = rng.randn(num_images, num_features) @ rng.randn(num_features, num_features)
    return mixed / num_features**0.5 + shift


@pytest.mark.parametrize(("num_images", "num_features"), [(40, 6), (300, 64), (65, 64)])
def test_equals_torch_fidelity(num_images: int, num_features: int):
    real, fake = features(0, num_images, num_features), features(1, num_images + 7, num_features, shift=0.3)
    statistics = [fid_features_to_statistics(torch.from_numpy(each)) for each in (real, fake)]
    expected = fid_statistics_to_metric(*statistics, verbose=False)["frechet_inception_distance"]
    assert frechet_distance(real, fake) == pytest.approx(expected, rel=1e-6)
    assert expected > 1


def test_is_the_formula_where_features_outnumber_images():
    real, fake = features(2, 9, 30), features(3, 12, 30, shift=0.2)
    covariances = [np.cov(each, rowvar=False) for each in (real, fake)]
    # the product of both is singular: the trace of its root is the sum of the roots of its eigenvalues
    eigenvalues = scipy.linalg.eigvals(covariances[0] @ covariances[1]).real
    expected = ((real.mean(0) - fake.mean(0)) ** 2).sum() + sum(np.trace(each) for each in covariances)
    expected -= 2 * np.sqrt(eigenvalues[eigenvalues > 1e-9]).sum()
    assert frechet_distance(real, fake) == pytest.approx(expected, rel=1e-6)


def test_of_one_dimension_by_hand():
    real, fake = np.array([[0.0], [2.0]]), np.array([[5.0], [5.0], [8.0]])
    assert frechet_distance(real, fake) == pytest.approx((6 - 1) ** 2 + (2**0.5 - 3**0.5) ** 2)


@pytest.mark.parametrize("num_features", [5, 30])
def test_a_covariance_over_n(num_features: int):
    real, fake = features(4, 9, num_features), features(5, 12, num_features, shift=0.2)
    covariances = [np.cov(each, rowvar=False, bias=True) for each in (real, fake)]
    eigenvalues = scipy.linalg.eigvals(covariances[0] @ covariances[1]).real
    expected = ((real.mean(0) - fake.mean(0)) ** 2).sum() + sum(np.trace(each) for each in covariances)
    expected -= 2 * np.sqrt(eigenvalues[eigenvalues > 1e-9]).sum()
    found = frechet_distance(real, fake, sample_covariance=False)
    assert found == pytest.approx(expected, rel=1e-6)
    assert found != pytest.approx(frechet_distance(real, fake), rel=1e-3)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 99), num_images=st.integers(2, 12), num_features=st.integers(1, 9))
def test_a_distance_of_sets(seed: int, num_images: int, num_features: int):
    real, fake = (features(seed + k, num_images, num_features) for k in range(2))
    order = np.random.RandomState(seed).permutation(num_images)
    assert frechet_distance(real, real[order]) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(real, fake) == pytest.approx(frechet_distance(fake, real), rel=1e-9, abs=1e-9)
    assert frechet_distance(real, real + 0.5) == pytest.approx(0.25 * num_features)


def test_single_precision_features_are_averaged_in_double_precision():
    real, fake = (features(k, 50, 8) + 1000 for k in range(2))
    assert frechet_distance(real.astype(np.float32), fake.astype(np.float32)) == pytest.approx(
        frechet_distance(real.astype(np.float32).astype(float), fake.astype(np.float32).astype(float)), rel=1e-12
    )
