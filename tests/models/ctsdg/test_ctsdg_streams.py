"""Both halves of a stream, against partial convolutions of full masks."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from inpaint_zoo.models.ctsdg.streams import Masked, PartialConvBlock, StreamDecoder, StreamEncoder, upsampled


def slow_block(block, features, mask):
    """Partial convolution of a full mask, as the paper writes it."""
    conv = block.conv
    count = F.conv2d(mask, torch.ones(1, *conv.weight.shape[1:]), stride=conv.stride, padding=conv.padding)
    out_mask = count.clamp(0, 1)
    ratio = conv.weight[0].numel() / (count + 1e-8) * out_mask
    output = F.conv2d(features * mask, conv.weight, stride=conv.stride, padding=conv.padding) * ratio
    output = F.leaky_relu(block.norm(output), block.negative_slope)
    return output, out_mask.expand_as(output)


def test_streams_equal_full_masks_for_images_that_are_not_square():
    torch.manual_seed(0)
    encoder, decoder = StreamEncoder(3, [4, 6, 6]).eval(), StreamDecoder([3, 4, 6, 6], 4).eval()
    features, mask = torch.randn(2, 3, 48, 16), torch.zeros(2, 1, 48, 16)
    mask[..., :20, 3:7] = 1
    levels = encoder(features, mask)
    slow = [(features, mask.expand_as(features))]
    for block in encoder.blocks:
        slow.append(slow_block(block, *slow[-1]))
    current, current_mask = slow[-1]
    for block, (skip, skip_mask) in zip(decoder.blocks, slow[-2::-1], strict=True):
        current = F.interpolate(current, scale_factor=2, mode="bilinear", align_corners=False)
        current_mask = F.interpolate(current_mask, scale_factor=2, mode="nearest")
        joined = torch.cat([current, skip], 1), torch.cat([current_mask, skip_mask], 1)
        current, current_mask = slow_block(block, *joined)
    torch.testing.assert_close(decoder(levels[-1], levels[:-1]), current)


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
    encoder = StreamEncoder(2, [4, 6, 8, 8])
    levels = encoder(torch.zeros(1, 2, 32, 16), torch.ones(1, 1, 32, 16))
    assert [tuple(level.features.shape[1:]) for level in levels] == [
        *((2, 32, 16), (4, 16, 8), (6, 8, 4), (8, 4, 2), (8, 2, 1)),
    ]
    assert [block.conv.kernel_size[0] for block in encoder.blocks] == [7, 5, 5, 3]
    assert [isinstance(block.norm, torch.nn.BatchNorm2d) for block in encoder.blocks] == [False, True, True, True]


def test_upsampling_keeps_masks_binary() -> None:
    mask = torch.tensor([[[[1.0, 0.0]]]])
    doubled = upsampled(Masked(torch.tensor([[[[1.0, 0.0]]]]), mask))
    assert doubled.mask.tolist() == [[[[1, 1, 0, 0]] * 2]]
    assert doubled.features.tolist() == [[[[1, 0.75, 0.25, 0]] * 2]]
