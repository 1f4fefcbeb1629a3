"""MADF's recovery decoder, block by block."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from inpaint_zoo.models.madf.recovery import RecoveryBlock, RecoveryDecoder


@torch.no_grad()
def test_a_block_normalises_what_it_enlarged_and_merges_the_skip() -> None:
    torch.manual_seed(0)
    block = RecoveryBlock(6, 4)
    block.norm.weight.uniform_(0.5, 1.5)
    x, skip = torch.randn(2, 6, 3, 5), torch.randn(2, 4, 6, 10)
    up = F.conv_transpose2d(x, block.up.weight, block.up.bias, stride=2, padding=1)
    mean, variance = up.mean((0, 2, 3), keepdim=True), up.var((0, 2, 3), keepdim=True, unbiased=False)
    up = (up - mean) / (variance + 1e-5).sqrt() * block.norm.weight[:, None, None] + block.norm.bias[:, None, None]
    expected = F.relu(block.merge(torch.cat([skip, F.leaky_relu(up, 0.2)], 1)))
    torch.testing.assert_close(block(x, skip), expected, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_maps_come_coarse_to_fine_and_the_input_is_the_finest_skip() -> None:
    torch.manual_seed(0)
    decoder = RecoveryDecoder([4, 6, 8], 7).eval()
    known = torch.randn(1, 7, 16, 24)
    skips = [torch.randn(1, 4, 8, 12), torch.randn(1, 6, 4, 6), torch.randn(1, 8, 2, 3)]
    image, maps = decoder(known, skips)
    assert [tuple(each.shape[1:]) for each in maps] == [(6, 4, 6), (4, 8, 12)]
    torch.testing.assert_close(maps[0], decoder.blocks[0](skips[2], skips[1]))
    torch.testing.assert_close(maps[1], decoder.blocks[1](maps[0], skips[0]))
    torch.testing.assert_close(image, decoder.merge_image(torch.cat([known, decoder.up_image(maps[1])], 1)))
