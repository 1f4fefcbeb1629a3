from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from inpaint_zoo.layers.contextual_attention import contextual_attention


def slow(features, halved, allowed, fusion):
    """One image at a time, with unfolded patches; fused one pair of positions at a time."""
    outputs = []
    for image, small, keep in zip(features, halved, allowed.flatten(1), strict=True):
        rows, columns = small.shape[1:]
        queries = F.unfold(small[None], 3, padding=1)[0].T
        scores = queries @ (queries / queries.norm(dim=1, keepdim=True).clamp_min(1e-4)).T
        if fusion:
            by_column = torch.arange(rows * columns).view(rows, columns).T.flatten()
            scores = diagonal_sums(scores)
            fused = torch.empty_like(scores)
            fused[by_column[:, None], by_column] = diagonal_sums(scores[by_column][:, by_column])
            scores = fused
        weights = (10 * scores * keep).softmax(1) * keep
        values = F.unfold(image[None], 4, stride=2, padding=1)[0].T
        outputs.append(F.fold((weights @ values).T[None], image.shape[1:], 4, stride=2, padding=1)[0] / 4)
    return torch.stack(outputs)


def diagonal_sums(scores):
    count = len(scores)
    return torch.stack(
        [
            torch.stack(
                [
                    sum(scores[q + step, p + step] for step in (-1, 0, 1) if 0 <= q + step < count > p + step >= 0)
                    for p in range(count)
                ]
            )
            for q in range(count)
        ]
    )


def inputs(size, dtype=torch.float64):
    generator = torch.Generator().manual_seed(3)
    features = torch.randn(2, 5, *size, generator=generator, dtype=torch.float64).to(dtype) * 0.3
    allowed = (torch.rand(2, 1, size[0] // 2, size[1] // 2, generator=generator) > 0.4).to(dtype)
    return features.requires_grad_(), allowed


@pytest.mark.parametrize("fusion", [True, False])
@pytest.mark.parametrize("size", [(6, 10), (8, 4), (2, 6)])
def test_equals_unfolded_patches_of_one_image_at_a_time(size, fusion):
    features, allowed = inputs(size)
    found = contextual_attention(features, features[..., ::2, ::2], allowed, fusion=fusion)
    expected = slow(features, features[..., ::2, ::2], allowed, fusion)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)
    direction = torch.randn_like(found)
    (one,), (other,) = (torch.autograd.grad(output, features, direction) for output in (found, expected))
    torch.testing.assert_close(one, other, rtol=0, atol=1e-11)


def test_fusion_runs_on_across_the_ends_of_rows():
    features, allowed = inputs((6, 10))
    fused, plain = (contextual_attention(features, features[..., ::2, ::2], allowed, fusion=f) for f in (True, False))
    assert (fused - plain).abs().max() > 1e-3


def test_without_allowed_patches_there_is_nothing():
    features, allowed = inputs((8, 8))
    found = contextual_attention(features, features[..., ::2, ::2], torch.zeros_like(allowed), fusion=True)
    assert not found.any()
    (gradient,) = torch.autograd.grad(found.sum(), features)
    assert gradient.isfinite().all()


def test_autocast_leaves_the_weights_in_float32():
    features, allowed = inputs((8, 8), torch.bfloat16)
    features = features.detach()
    with torch.autocast("cpu", torch.bfloat16):
        found = contextual_attention(features, features[..., ::2, ::2], allowed, fusion=True)
    exact = contextual_attention(features.float(), features.float()[..., ::2, ::2], allowed.float(), fusion=True)
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found, exact.bfloat16())
