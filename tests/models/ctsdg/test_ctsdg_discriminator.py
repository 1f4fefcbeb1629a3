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


def test_refuses_a_width_without_a_quarter():
    with pytest.raises(InputError, match=r"discriminator\.base_channels=6 must be a multiple of 4"):
        CTSDGDiscriminator(base_channels=6)
