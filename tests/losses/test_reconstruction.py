from __future__ import annotations

import numpy as np
import pytest
import torch

from inpaint_zoo.losses.reconstruction import l1, l1_per_hole_ratio, l1_within


@pytest.fixture
def images() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    output, target = torch.rand(2, 2, 3, 5, 7, generator=generator)
    return output, target, (torch.rand(2, 1, 5, 7, generator=generator) > 0.6).float()


def slow_mean(output, target, region) -> float:
    total, count = 0.0, 0
    for b, c, y, x in np.ndindex(*output.shape):
        total += region[b, 0, y, x].item() * abs(output[b, c, y, x].item() - target[b, c, y, x].item())
        count += 1
    return total / count


def test_l1(images):
    output, target, mask = images
    assert l1(output, target).item() == pytest.approx(slow_mean(output, target, torch.ones_like(mask)), rel=1e-5)


def test_hole_and_valid_terms_are_means_over_all_elements(images):
    output, target, mask = images
    for region in (mask, 1 - mask):
        assert l1_within(output, target, region).item() == pytest.approx(slow_mean(output, target, region), rel=1e-5)
    whole = l1_within(output, target, mask) + l1_within(output, target, 1 - mask)
    torch.testing.assert_close(whole, l1(output, target))


def test_what_stands_outside_the_region_reaches_neither_term_nor_gradient(images):
    output, target, mask = images
    output.requires_grad_()
    expected = torch.autograd.grad(l1_within(output, target, mask), output)[0]
    for value in (torch.nan, torch.inf):
        hidden = torch.where(mask.bool(), target, value)
        term = l1_within(output, hidden, mask.bool())
        assert torch.equal(term, l1_within(output, target, mask))
        assert torch.equal(torch.autograd.grad(term, output)[0], expected)


def test_masks_of_any_type_divide_alike(images):
    output, target, mask = images
    assert torch.equal(l1_per_hole_ratio(output, target, mask.bool()), l1_per_hole_ratio(output, target, mask))


def test_division_by_the_hole_ratio_of_the_whole_batch(images):
    output, target, mask = images
    expected = slow_mean(output, target, torch.ones_like(mask)) / mask.mean().item()
    assert l1_per_hole_ratio(output, target, mask).item() == pytest.approx(expected, rel=1e-5)


def test_a_batch_without_holes_has_a_finite_loss(images):
    output, target, mask = images
    assert l1_per_hole_ratio(output, target, 0 * mask).isfinite()
