from __future__ import annotations

import math

import pytest
import torch

from inpaint_zoo.losses.adversarial import ADVERSARIAL_LOSSES, feature_matching

REAL, FAKE = torch.tensor([[1.5, -0.5, 3.0]]), torch.tensor([[-2.0, 0.25, 0.5]])


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


SLOW = {
    "non_saturating": (
        lambda fake: -math.log(sigmoid(fake)),
        lambda real: -math.log(sigmoid(real)),
        lambda fake: -math.log(1 - sigmoid(fake)),
    ),
    "least_squares": (lambda fake: (fake - 1) ** 2, lambda real: (real - 1) ** 2, lambda fake: fake**2),
    "hinge": (lambda fake: -fake, lambda real: max(0, 1 - real), lambda fake: max(0, 1 + fake)),
}


def mean(function, logits) -> float:
    return sum(function(value) for value in logits.flatten().tolist()) / logits.numel()


def test_every_objective_has_a_slow_twin_here():
    assert set(SLOW) == set(ADVERSARIAL_LOSSES)


@pytest.mark.parametrize("name", SLOW)
def test_objectives_equal_their_definitions(name):
    of_generator, of_real, of_fake = SLOW[name]
    loss = ADVERSARIAL_LOSSES[name]
    assert loss.generator(FAKE).item() == pytest.approx(mean(of_generator, FAKE), rel=1e-5)
    assert loss.discriminator(REAL, FAKE).item() == pytest.approx(mean(of_real, REAL) + mean(of_fake, FAKE), rel=1e-5)


@pytest.mark.parametrize("name", SLOW)
def test_generator_is_pushed_towards_real(name):
    fake = torch.full((1, 1, 2, 2), -1.0, requires_grad=True)
    ADVERSARIAL_LOSSES[name].generator(fake).backward()
    assert (fake.grad < 0).all()


def test_non_saturating_stays_finite_for_huge_logits():
    huge = torch.tensor([1e4, -1e4])
    assert ADVERSARIAL_LOSSES["non_saturating"].discriminator(huge, huge).isfinite()


def test_feature_matching_is_a_sum_of_means_and_teaches_the_generated_side_only():
    fake = [torch.tensor([[1.0, 3.0]], requires_grad=True), torch.tensor([2.0], requires_grad=True)]
    real = [torch.tensor([[0.0, 5.0]], requires_grad=True), torch.tensor([2.5], requires_grad=True)]
    loss = feature_matching(fake, real)
    assert loss.item() == 1.5 + 0.5
    loss.backward()
    assert fake[0].grad.tolist() == [[0.5, -0.5]]
    assert all(layer.grad is None for layer in real)
