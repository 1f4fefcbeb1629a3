from __future__ import annotations

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.ctsdg.discriminator import CTSDGDiscriminator


def test_texture_comes_before_structure():
    discriminator = CTSDGDiscriminator(base_channels=8).eval()
    image, edge, gray = torch.rand(2, 3, 48, 64), torch.rand(2, 1, 48, 64), torch.rand(2, 1, 48, 64)
    logits = discriminator(image, edge, gray)
    assert logits.shape == (2, 2, 4, 6)
    torch.testing.assert_close(logits[:, :1], discriminator.texture_branch(image))
    torch.testing.assert_close(logits[:, 1:], discriminator.structure_branch(torch.cat([edge, gray], 1)))


def test_edges_are_detected_at_the_images_size_with_a_quarter_of_the_channels():
    discriminator = CTSDGDiscriminator(base_channels=8)
    assert discriminator.detect(torch.rand(2, 3, 10, 14)).shape == (2, 1, 10, 14)
    assert discriminator.edge_detector.output.in_channels == 2


def test_the_edge_detector_keeps_the_initialisation_of_pytorch_and_the_branches_have_another():
    torch.manual_seed(0)
    discriminator = CTSDGDiscriminator(base_channels=64)
    detector = discriminator.edge_detector
    assert detector.projection[0].weight.std().item() == pytest.approx((1 / (3 * 27)) ** 0.5, rel=0.05)  # about 0.11
    assert detector.residual[0].weight.std().item() == pytest.approx((1 / (3 * 144)) ** 0.5, rel=0.05)
    for norm in (detector.projection[1], detector.residual[1], detector.residual[4]):
        assert norm.weight.eq(1).all()
        assert norm.bias.eq(0).all()
    for branch in (discriminator.texture_branch, discriminator.structure_branch):
        weight = branch.convolutions[1].parametrizations.weight.original
        assert weight.std().item() == pytest.approx(0.02, rel=0.05)


def test_refuses_a_width_without_a_quarter():
    with pytest.raises(InputError, match=r"discriminator\.base_channels=6 must be a multiple of 4"):
        CTSDGDiscriminator(base_channels=6)
