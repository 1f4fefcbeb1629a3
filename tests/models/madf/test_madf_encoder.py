"""MADF's encoder, against filters that are built for every position."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from inpaint_zoo.models.madf.encoder import MaskAwareEncoder, MaskAwareEncoderBlock


def slow_block(block: MaskAwareEncoderBlock, features: Tensor, mask_features: Tensor) -> tuple[Tensor, Tensor]:
    masks = F.relu(block.mask_conv(mask_features))
    bank = block.dynamic_filter.filter_bank
    size = bank.kernel_size[0]
    banks = bank.weight.unflatten(0, (masks.shape[1] + 1, -1))
    filters = banks[0] + torch.einsum("bmyx,mocij->byxocij", masks, banks[1:])
    windows = F.unfold(features, size, padding=size // 2, stride=2)
    windows = windows.reshape(len(features), -1, size, size, *masks.shape[2:])
    return F.relu(torch.einsum("byxocij,bcijyx->boyx", filters, windows)), masks


@torch.no_grad()
def test_a_block_filters_by_what_it_predicts_from_the_mask() -> None:
    torch.manual_seed(0)
    block = MaskAwareEncoderBlock(3, 4, 2, 5, kernel_size=5)
    features, mask = torch.randn(2, 3, 8, 12), torch.rand(2, 2, 8, 12)
    for found, expected in zip(block(features, mask), slow_block(block, features, mask), strict=True):
        assert found.shape[2:] == (4, 6)
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_skips_are_projections_of_every_level() -> None:
    torch.manual_seed(0)
    encoder = MaskAwareEncoder(6, [8, 16, 32], mask_channels=3, block=MaskAwareEncoderBlock)
    assert [block.mask_conv.kernel_size[0] for block in encoder.blocks] == [7, 5, 3]
    features, masks = torch.randn(1, 6, 16, 24), torch.ones(1, 3, 16, 24)
    skips = encoder(features, masks)
    assert [tuple(skip.shape[1:]) for skip in skips] == [(8, 8, 12), (16, 4, 6), (32, 2, 3)]
    for block, projection, skip in zip(encoder.blocks, encoder.skips, skips, strict=True):
        features, masks = slow_block(block, features, masks)
        torch.testing.assert_close(skip, F.relu(projection(features)), rtol=1e-4, atol=1e-5)
