from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.color import rgb2gray
from skimage.feature import canny as skimage_canny

from inpaint_zoo.layers.edges import WRAPPED_LEVELS, canny, clean_range, gray, wrapped_range


@pytest.mark.parametrize(("name", "change"), [("clean", clean_range), ("wrapped", wrapped_range)])
def test_gray_and_edges_are_those_of_the_published_implementation(golden, name, change):
    recorded = golden("ctsdg")
    luminance = gray(change(recorded.image))
    torch.testing.assert_close(luminance.float(), recorded.stored(f"gray_{name}"), rtol=0, atol=1e-7)
    assert torch.equal(canny(luminance).float(), recorded.stored(f"edge_{name}"))


def test_wrap_follows_the_float32_arithmetic_of_a_normalised_tensor():
    levels = torch.arange(256, dtype=torch.uint8).float() / 255
    wrapped = ((levels * 2 - 1) * 255).trunc().long() & 255
    assert torch.equal((WRAPPED_LEVELS * 255).round().long(), wrapped)
    exact = torch.arange(256) * 2 - 255
    assert (wrapped != (exact & 255)).sum() > 10  # rounding in float32 is part of the facts


def test_a_mask_leaves_out_what_is_unknown_and_its_border(golden):
    recorded = golden("ctsdg")
    luminance, valid = gray(recorded.image), 1 - recorded.mask
    found = canny(luminance, valid)
    expected = [
        skimage_canny(image, sigma=2, mask=known)
        for image, known in zip(luminance[:, 0].numpy(), valid[:, 0].bool().numpy(), strict=True)
    ]
    assert torch.equal(found[:, 0], torch.from_numpy(np.stack(expected)).double())
    assert (found * recorded.mask).sum() == 0
    assert torch.equal(found, canny(gray(recorded.image * valid), valid))  # what fills the hole does not matter


def test_gray_is_scikit_images_luminance_of_images_that_are_not_square():
    image = torch.rand(2, 3, 10, 14)
    expected = rgb2gray(image.double().permute(0, 2, 3, 1).numpy())
    assert torch.equal(gray(image)[:, 0], torch.from_numpy(expected))


def test_nothing_has_a_gradient():
    luminance = gray(clean_range(torch.rand(1, 3, 16, 16, requires_grad=True)))
    assert not luminance.requires_grad
    assert not canny(luminance).requires_grad
