"""Composites: known pixels are bit-identical, holes are clamped."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from inpaint_zoo.batch import Batch, composite, hole


@given(seed=st.integers(0, 2**31), scale=st.sampled_from([0.5, 3.0]))
def test_every_pixel_is_that_of_the_image_or_of_the_clamped_output(seed: int, scale: float) -> None:
    rng = torch.Generator().manual_seed(seed)
    image, output = torch.rand(2, 3, 4, 5, generator=rng), scale * torch.randn(2, 3, 4, 5, generator=rng)
    mask = (torch.rand(2, 1, 4, 5, generator=rng) > 0.5).float()
    found = composite(output, image, mask)
    for place in torch.cartesian_prod(*map(torch.arange, image.shape)).tolist():
        sample, channel, y, x = place
        if mask[sample, 0, y, x] == 1:
            assert found[sample, channel, y, x] == min(max(output[sample, channel, y, x], 0), 1)
        else:
            assert found[sample, channel, y, x] == image[sample, channel, y, x]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_an_output_of_half_precision_leaves_the_image_exact(dtype: torch.dtype) -> None:
    image = torch.rand(1, 3, 8, 8)
    found = composite(torch.full_like(image, torch.inf, dtype=dtype), image, torch.zeros(1, 1, 8, 8))
    assert found.dtype == torch.float32
    assert torch.equal(found, image)


def test_gradients_reach_the_output_in_the_hole_only() -> None:
    output = torch.full((1, 3, 4, 4), 0.5, requires_grad=True)
    mask = torch.zeros(1, 1, 4, 4)
    mask[..., :2] = 1
    composite(output, torch.rand(1, 3, 4, 4), mask).sum().backward()
    assert output.grad is not None
    assert torch.equal(output.grad, mask.expand(1, 3, 4, 4))


def test_mask_and_damage_are_the_hole() -> None:
    image, mask = torch.rand(1, 3, 1, 3), torch.tensor([[[[1.0, 0, 0]]]])
    batch = Batch(image=image, mask=mask, name=["x"])
    assert torch.equal(hole(batch), mask)
    batch["damage"] = torch.tensor([[[[0.0, 1, 0]]]])
    assert hole(batch).flatten().tolist() == [1, 1, 0]
