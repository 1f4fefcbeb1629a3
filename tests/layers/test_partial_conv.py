from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.layers.partial_conv import MaskGroup, PartialConv2d, coverage


def slow_partial_conv(features, mask, weight, stride):
    """The paper's formula with a full mask of as many channels as the features and a convolution with ones."""
    padding = weight.shape[-1] // 2
    count = F.conv2d(mask, torch.ones(1, *weight.shape[1:]), stride=stride, padding=padding)
    out_mask = count.clamp(0, 1)
    ratio = weight[0].numel() / (count + 1e-8) * out_mask
    return F.conv2d(features * mask, weight, stride=stride, padding=padding) * ratio, out_mask


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 1000),
    channels=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    kernel_size=st.sampled_from([3, 5, 7]),
    stride=st.sampled_from([1, 2]),
    size=st.tuples(st.integers(7, 14), st.integers(7, 14)),
    valid_ratio=st.sampled_from([0.0, 0.03, 0.5, 1.0]),
)
def test_equals_the_convolution_of_full_masks(*, seed, channels, kernel_size, stride, size, valid_ratio):
    torch.manual_seed(seed)
    masks = [(torch.rand(2, 1, *size) < valid_ratio).float() for _ in channels]
    features = torch.randn(2, sum(channels), *size)
    full_mask = torch.cat([mask.expand(-1, count, -1, -1) for mask, count in zip(masks, channels, strict=True)], 1)
    conv = PartialConv2d(sum(channels), 4, kernel_size, stride)
    expected, expected_mask = slow_partial_conv(features, full_mask, conv.weight, stride)
    ratio, mask = coverage([MaskGroup(*group) for group in zip(masks, channels, strict=True)], kernel_size, stride)
    assert torch.equal(mask, expected_mask)
    torch.testing.assert_close(conv(features * full_mask, ratio), expected, rtol=0, atol=0)


def test_the_number_of_channels_with_one_mask_does_not_change_the_ratio():
    mask = (torch.rand(1, 1, 16, 24) > 0.6).float()
    one, many = (coverage([MaskGroup(mask, channels)], 5, 2) for channels in (1, 512))
    assert torch.equal(one.ratio, many.ratio)


def test_empty_windows_stay_finite_under_autocast():
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., 0, 0] = 1
    with torch.autocast("cpu", torch.bfloat16):
        ratio, valid = coverage([MaskGroup(mask, 512), MaskGroup(mask, 511)], 3, 1)
    assert ratio.dtype == valid.dtype == torch.float32
    assert ratio[0, 0, 0, 0] == 9
    assert ratio[..., 4:, 4:].abs().max() == 0


def test_gradients_are_those_of_the_formula():
    torch.manual_seed(0)
    mask = (torch.rand(1, 1, 9, 7) > 0.5).float()
    conv = PartialConv2d(3, 2, 3, 2)
    features = torch.randn(1, 3, 9, 7, requires_grad=True)
    inputs = [features, conv.weight]
    slow, _ = slow_partial_conv(features, mask.expand(-1, 3, -1, -1), conv.weight, 2)
    fast = conv(features * mask, coverage([MaskGroup(mask, 3)], 3, 2).ratio)
    for one, other in zip(
        torch.autograd.grad(fast.square().sum(), inputs), torch.autograd.grad(slow.square().sum(), inputs), strict=True
    ):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("bias", [False, True])
def test_a_layer_is_that_of_the_paper_s_authors(golden, stride, bias):
    """Five channels under two masks; the weights of the other published form differ by the size of a window."""
    recorded = golden("pconv")
    masks = [recorded.stored(f"layer_mask_{name}") for name in "ab"]
    conv = PartialConv2d(5, 4, 3, stride, bias=bias)
    groups = [MaskGroup(mask, channels) for mask, channels in zip(masks, (3, 2), strict=True)]
    ratio, valid = coverage(groups, 3, stride)
    assert torch.equal(valid, recorded.stored(f"layer_newmask_s{stride}"))
    features = recorded.stored("layer_input")
    masked = features * torch.cat([masks[0].expand(-1, 3, -1, -1), masks[1].expand(-1, 2, -1, -1)], 1)
    if bias:
        conv.bias.data = recorded.stored("layer_bias")
    for form, factor in (("window", 1), ("count", 45)):
        conv.weight.data = recorded.stored("layer_weight") / factor
        expected = recorded.stored(f"layer_{form}_s{stride}_{'bias' if bias else 'nobias'}")
        assert (conv(masked, ratio) - expected).abs().max() <= 3e-5 * expected.abs().max()
        assert not conv(masked, ratio)[valid.expand_as(expected) == 0].any()


def test_has_no_bias_unless_it_is_asked_for():
    assert PartialConv2d(3, 2, 3, 1).bias is None
    with pytest.raises(RuntimeError, match="size"):
        PartialConv2d(3, 2, 3, 1)(torch.zeros(1, 3, 8, 8), torch.zeros(1, 1, 4, 4))
