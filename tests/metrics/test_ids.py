import numpy as np
import pytest
from sklearn.metrics import accuracy_score
from sklearn.svm import LinearSVC

from inpaint_zoo.metrics.ids import ids_scores


def features(shift: float, num_images: int = 80) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.RandomState(4)
    real = rng.randn(num_images, 12)
    return real, real + 0.6 * rng.randn(num_images, 12) + shift


@pytest.mark.parametrize("shift", [0.0, 0.05, 0.1])
def test_equals_an_svm_of_scikit_learn_counted_one_by_one(shift: float):
    real, fake = features(shift)
    machine = LinearSVC(dual=False).fit(np.vstack([fake, real]), [0] * len(fake) + [1] * len(real))
    wrong = 1 - accuracy_score([1] * len(real) + [0] * len(fake), machine.predict(np.vstack([real, fake])))
    more_real = sum(
        machine.decision_function(f[None])[0] > machine.decision_function(r[None])[0]
        for r, f in zip(real, fake, strict=True)
    )
    u_ids, p_ids = ids_scores(real, fake)
    assert u_ids == pytest.approx(wrong, abs=1e-5)
    assert p_ids == pytest.approx(more_real / len(real), abs=1e-5)
    assert 0 < p_ids < u_ids < 0.5


def test_nothing_is_wrong_where_all_images_can_be_separated():
    assert ids_scores(*features(50.0)) == (0, 0)


def test_equal_images_cannot_be_separated():
    real, _ = features(0.0)
    u_ids, p_ids = ids_scores(real, real)
    assert u_ids == 0.5
    assert p_ids == 0


def test_the_same_numbers_every_time():
    real, fake = features(0.05)
    assert ids_scores(real, fake) == ids_scores(real, fake)
