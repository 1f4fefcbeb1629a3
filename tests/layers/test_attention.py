from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from inpaint_zoo.layers import attention
from inpaint_zoo.layers.attention import attend


def slow_attend(features):
    """One image at a time, with unfolded patches, all weights and the reference's clamp of them."""
    outputs = []
    for image in features.split(1):
        halved = F.interpolate(image, scale_factor=0.5, mode="bilinear", align_corners=True)
        queries = F.unfold(halved, 3, padding=1)[0].T
        keys = queries / queries.norm(dim=1, keepdim=True).clamp_min(1e-4)
        weights = (10 * queries @ keys.T).softmax(1).clamp_min(1e-8)
        values = F.unfold(image, 4, stride=2, padding=1)[0].T
        outputs.append(F.fold((weights @ values).T[None], image.shape[2:], 4, stride=2, padding=1) / 4)
    return torch.cat(outputs)


def random_features(size, scale, dtype=torch.float64):
    generator = torch.Generator().manual_seed(3)
    return (torch.randn(2, 5, *size, generator=generator, dtype=torch.float64) * scale).to(dtype).requires_grad_()


@pytest.mark.parametrize("numbers", [1, 2000, 2**22])
@pytest.mark.parametrize("size", [(12, 20), (16, 16), (2, 6), (10, 4)])
@pytest.mark.parametrize("scale", [0.05, 0.5])
def test_equals_unfolded_patches_of_one_image_at_a_time(monkeypatch, numbers, size, scale):
    monkeypatch.setattr(attention, "CHUNK_NUMBERS", numbers)
    features = random_features(size, scale)
    expected, found = slow_attend(features), attend(features)
    # the only difference is the clamp of weights at 1e-8
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6 * features.abs().max().item())
    direction = torch.randn_like(found)
    (one,), (other,) = (torch.autograd.grad(output, features, direction) for output in (found, expected))
    torch.testing.assert_close(one, other, rtol=0, atol=1e-5 * other.abs().max().item())


def test_patches_shorter_than_the_floor_of_norms_beside_others():
    scales = torch.tensor([1e-6, 1e-3, 0.05], dtype=torch.float64).repeat_interleave(8)
    features = random_features((12, 24), scales)
    expected, found = slow_attend(features), attend(features)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6 * features.abs().max().item())
    direction = torch.randn_like(found)
    (one,), (other,) = (torch.autograd.grad(output, features, direction) for output in (found, expected))
    torch.testing.assert_close(one, other, rtol=0, atol=1e-5 * other.abs().max().item())


def test_without_gradients_the_result_is_the_same_and_memory_layouts_do_not_matter():
    features = random_features((16, 24), 0.4, torch.float32)
    with torch.no_grad():
        found = attend(features.to(memory_format=torch.channels_last))
    torch.testing.assert_close(found, attend(features), rtol=0, atol=1e-6)


def test_autocast_leaves_the_weights_in_float32():
    features = random_features((8, 8), 0.4, torch.bfloat16).detach()
    with torch.autocast("cpu", torch.bfloat16):
        found = attend(features)
    torch.testing.assert_close(found, attend(features.float()))
