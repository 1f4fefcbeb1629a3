"""MADF's refinement decoders, block by block."""

from __future__ import annotations

from functools import partial

import torch
import torch.nn.functional as F

from inpaint_zoo.layers.pointwise_normalization import PointwiseNormalization
from inpaint_zoo.models.madf.refinement import RefinementBlock, RefinementDecoder


@torch.no_grad()
def test_a_block_is_guided_by_the_map_of_its_size() -> None:
    torch.manual_seed(0)
    block = RefinementBlock(6, 4, partial(PointwiseNormalization, shared_channels=3)).eval()
    x, guide = torch.randn(2, 6, 3, 5), torch.randn(2, 4, 6, 10)
    up = F.conv_transpose2d(x, block.up.weight, block.up.bias, stride=2, padding=1)
    shared = F.relu(block.norm.shared(guide))
    expected = block.norm.norm(up) * (1 + block.norm.scale(shared)) + block.norm.shift(shared)
    torch.testing.assert_close(block(x, guide), F.leaky_relu(expected, 0.2), rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_the_image_is_one_convolution_of_the_enlarged_map_and_all_before_it() -> None:
    torch.manual_seed(0)
    decoder = RefinementDecoder([4, 6, 8], 7 + 6, normalization=PointwiseNormalization, normalization_channels=3).eval()
    bottleneck, known = torch.randn(1, 8, 2, 3), torch.randn(1, 7, 16, 24)
    guides = [torch.randn(1, 6, 4, 6), torch.randn(1, 4, 8, 12)]
    images = [torch.randn(1, 3, 16, 24) for _ in range(2)]
    maps, image = decoder(bottleneck, guides, images, known)
    torch.testing.assert_close(maps[0], decoder.blocks[0](bottleneck, guides[0]))
    torch.testing.assert_close(maps[1], decoder.blocks[1](maps[0], guides[1]))
    enlarged = F.interpolate(maps[1], scale_factor=2, mode="bilinear", align_corners=False)
    expected = decoder.to_image(torch.cat([enlarged, *images, known], 1))
    torch.testing.assert_close(image, expected, rtol=1e-4, atol=1e-5)
