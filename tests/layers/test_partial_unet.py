"""Both halves of a U-Net, against partial convolutions of full masks."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from inpaint_zoo.layers.partial_unet import Masked, PartialConvBlock, PartialConvDecoder, PartialConvEncoder, upsampled


def slow_block(block, features, mask):
    """Partial convolution of a full mask, as the paper writes it."""
    conv = block.conv
    count = F.conv2d(mask, torch.ones(1, *conv.weight.shape[1:]), stride=conv.stride, padding=conv.padding)
    out_mask = count.clamp(0, 1)
    ratio = conv.weight[0].numel() / (count + 1e-8) * out_mask
    output = F.conv2d(features * mask, conv.weight, stride=conv.stride, padding=conv.padding) * ratio
    output = F.leaky_relu(block.norm(output), block.negative_slope)
    return output, out_mask.expand_as(output)


@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
def test_both_halves_equal_full_masks_for_images_that_are_not_square(mode):
    torch.manual_seed(0)
    encoder = PartialConvEncoder(3, [4, 6, 6]).eval()
    decoder = PartialConvDecoder([3, 4, 6, 6], 4, upsampling=mode).eval()
    features, mask = torch.randn(2, 3, 48, 16), torch.zeros(2, 1, 48, 16)
    mask[..., :20, 3:7] = 1
    levels = encoder(features, mask)
    slow = [(features, mask.expand_as(features))]
    for block in encoder.blocks:
        slow.append(slow_block(block, *slow[-1]))
    current, current_mask = slow[-1]
    how = {"align_corners": False} if mode == "bilinear" else {}
    for block, (skip, skip_mask) in zip(decoder.blocks, slow[-2::-1], strict=True):
        current = F.interpolate(current, scale_factor=2, mode=mode, **how)
        current_mask = F.interpolate(current_mask, scale_factor=2, mode="nearest")
        joined = torch.cat([current, skip], 1), torch.cat([current_mask, skip_mask], 1)
        current, current_mask = slow_block(block, *joined)
    found = decoder(levels[-1], levels[:-1])
    torch.testing.assert_close(found.features, current)
    assert torch.equal(found.mask.expand_as(current), current_mask)


def test_a_block_convolves_inputs_with_masks_of_their_own() -> None:
    torch.manual_seed(0)
    block = PartialConvBlock(5, 4, 3, stride=1, norm=True, negative_slope=0.2).eval()
    first, second = torch.randn(1, 2, 6, 9), torch.randn(1, 3, 6, 9)
    masks = [(torch.rand(1, 1, 6, 9) > 0.5).float() for _ in range(2)]
    full = torch.cat([mask.expand_as(part) for mask, part in zip(masks, (first, second), strict=True)], 1)
    features, mask = slow_block(block, torch.cat([first, second], 1), full)
    found = block(Masked(first, masks[0]), Masked(second, masks[1]))
    torch.testing.assert_close(found.features, features)
    assert torch.equal(found.mask, mask[:, :1])


def test_levels_halve_and_only_the_first_has_no_normalisation() -> None:
    encoder = PartialConvEncoder(2, [4, 6, 8, 8])
    levels = encoder(torch.zeros(1, 2, 32, 16), torch.ones(1, 1, 32, 16))
    assert [tuple(level.features.shape[1:]) for level in levels] == [
        *((2, 32, 16), (4, 16, 8), (6, 8, 4), (8, 4, 2), (8, 2, 1)),
    ]
    assert [block.conv.kernel_size[0] for block in encoder.blocks] == [7, 5, 5, 3]
    assert [isinstance(block.norm, torch.nn.BatchNorm2d) for block in encoder.blocks] == [False, True, True, True]


def test_upsampling_keeps_masks_binary() -> None:
    mask = torch.tensor([[[[1.0, 0.0]]]])
    for mode, expected in (("bilinear", [1, 0.75, 0.25, 0]), ("nearest", [1, 1, 0, 0])):
        doubled = upsampled(Masked(torch.tensor([[[[1.0, 0.0]]]]), mask), mode)
        assert doubled.mask.tolist() == [[[[1, 1, 0, 0]] * 2]]
        assert doubled.features.tolist() == [[[expected] * 2]]


def test_without_normalisation_and_activation_a_block_is_its_convolution() -> None:
    torch.manual_seed(0)
    block = PartialConvBlock(2, 4, 3, stride=1, norm=False, negative_slope=1.0, bias=True)
    torch.nn.init.uniform_(block.conv.bias, 1, 2)
    features, mask = torch.randn(1, 2, 6, 9), torch.ones(1, 1, 6, 9)
    made = block(Masked(features, mask)).features
    torch.testing.assert_close(made[..., 1:-1, 1:-1], F.conv2d(features, block.conv.weight, block.conv.bias))
    assert (made < 0).any()
