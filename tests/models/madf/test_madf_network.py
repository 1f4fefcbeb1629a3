from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.madf import MADFNetwork
from inpaint_zoo.models.madf.conversion import convert

TINY = {"base_channels": 8, "mask_channels": 3, "num_levels": 3, "normalization_channels": 5, "num_refinements": 2}


def tiny(**changes: Any) -> MADFNetwork:
    torch.manual_seed(0)
    network = MADFNetwork(**(TINY | changes))
    for name, value in network.state_dict().items():  # statistics and affine parts that are not just 0 and 1
        if (name.startswith("recovery.blocks") and ".norm." in name) or "running" in name:
            value.copy_(torch.rand_like(value, dtype=torch.float32) + 0.5)
    return network.eval()


@pytest.fixture(scope="module")
def published(released_state_dict) -> MADFNetwork:
    network = MADFNetwork(
        base_channels=64, mask_channels=16, num_levels=7, normalization_channels=128, num_refinements=2
    )
    network.load_state_dict(convert(released_state_dict("madf_generator"), network.state_dict()))
    return network.eval()


@torch.no_grad()
def test_all_stages_are_those_of_the_published_implementation(published, golden):
    recorded = golden("madf")
    prediction = published(recorded.image, recorded.mask)
    stages = [prediction.intermediates["stage_1"], prediction.intermediates["stage_2"], prediction.image]
    for number, stage in enumerate(stages):
        expected = recorded.stored(f"stage{number}")
        assert (stage - expected).abs().max() <= 3e-5 * expected.abs().max()


@torch.no_grad()
def test_memory_layout_does_not_matter(golden):
    recorded = golden("madf")
    image, mask = recorded.image[:1], recorded.mask[:1]
    network = tiny()
    expected = network(image, mask).image
    contiguous = network.to(memory_format=torch.contiguous_format)
    for layout in (torch.contiguous_format, torch.channels_last):
        output = contiguous(image.contiguous(memory_format=layout), mask).image
        assert (output - expected).abs().max() <= 3e-5 * expected.abs().max()


def slow(network: MADFNetwork, image: Tensor, mask: Tensor) -> list[Tensor]:
    """The description of the network, word for word: NCHW, a filter per position, nothing rearranged."""
    level = len(network.encoder.skips)
    normalised = (image - network.normalize.mean) / network.normalize.std
    valid = (1 - mask).repeat(1, 3, 1, 1)
    e = e_0 = torch.cat([normalised * valid, valid], 1)
    m, skips = valid, []
    for block, skip in zip(network.encoder.blocks, network.encoder.skips, strict=True):
        m = F.relu(block.mask_conv(m))
        bank = block.dynamic_filter.filter_bank
        (k, _), c_in = bank.kernel_size, e.shape[1]
        columns = bank.weight.unflatten(0, (m.shape[1] + 1, -1))
        filters = columns[0] + torch.einsum("bmyx,mocij->byxocij", m, columns[1:])
        windows = F.unfold(e, k, padding=k // 2, stride=2).reshape(len(e), c_in, k, k, *m.shape[2:])
        e = F.relu(torch.einsum("byxocij,bcijyx->boyx", filters, windows))
        skips.append(F.relu(skip(e)))
    u, guides = skips[-1], []
    for block, skip in zip(network.recovery.blocks, [skips[i] for i in range(level - 2, -1, -1)], strict=True):
        d = F.leaky_relu(block.norm(block.up(u)), 0.2)
        u = F.relu(block.merge(torch.cat([skip, d], 1)))
        guides.append(u)
    images = [network.recovery.merge_image(torch.cat([e_0, network.recovery.up_image(u)], 1))]
    for decoder in network.refinements:
        r, maps = skips[-1], []
        for block, guide in zip(decoder.blocks, guides, strict=True):
            t = F.relu(block.norm.shared(guide))
            r = block.norm.norm(block.up(r)) * (1 + block.norm.scale(t)) + block.norm.shift(t)
            r = F.leaky_relu(r, 0.2)
            maps.append(r)
        enlarged = F.interpolate(r, scale_factor=2, mode="bilinear", align_corners=False)
        images.append(decoder.to_image(torch.cat([enlarged, *images, e_0], 1)))
        guides = maps
    return [output * network.normalize.std + network.normalize.mean for output in images]


@torch.no_grad()
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("num_refinements", [0, 1, 2, 3])
def test_equals_the_slow_twin_at_a_size_that_is_not_square(num_refinements, training):
    network = tiny(num_refinements=num_refinements).train(training)
    image, mask = torch.rand(2, 3, 16, 40), (torch.rand(2, 1, 16, 40) > 0.6).float()
    prediction = network(image, mask)
    expected = slow(network, image, mask)
    names = [f"stage_{number}" for number in range(1, num_refinements + 1)]
    assert list(prediction.intermediates) == names
    for output, twin in zip([*prediction.intermediates.values(), prediction.image], expected, strict=True):
        assert (output - twin).abs().max() <= 3e-5 * twin.abs().max()


@torch.no_grad()
def test_what_stands_in_the_hole_is_never_used():
    network = tiny()
    image, mask = torch.rand(1, 3, 16, 16), (torch.rand(1, 1, 16, 16) > 0.5).float()
    other = torch.where(mask.bool(), torch.rand_like(image), image)
    assert torch.equal(network(image, mask).image, network(other, mask).image)


def test_widths_are_the_published_ones(published):
    assert [skip.out_channels for skip in published.encoder.skips] == [64, 128, 256, 512, 512, 512, 512]
    assert [skip.in_channels for skip in published.encoder.skips] == [16, 32, 64, 128, 128, 128, 128]
    assert [block.mask_conv.kernel_size[0] for block in published.encoder.blocks] == [7, 5, 3, 3, 3, 3, 3]
    assert [refinement.to_image.in_channels for refinement in published.refinements] == [73, 76]


def test_one_image_of_the_smallest_size_can_be_trained_on():
    """The smallest normalised map is 2 × 2, so that batch statistics exist even for one image."""
    network = tiny().train()
    prediction = network(torch.rand(1, 3, 8, 8), torch.ones(1, 1, 8, 8))
    prediction.image.sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in network.parameters())


def test_refuses_sizes_that_are_too_small_or_not_divisible():
    with pytest.raises(InputError, match="to 8x16"):
        tiny()(torch.rand(1, 3, 12, 4), torch.zeros(1, 1, 12, 4))


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("base_channels", 6),
        ("base_channels", 0),
        ("mask_channels", 0),
        ("num_levels", 1),
        ("normalization_channels", 0),
        ("num_refinements", -1),
    ],
)
def test_refuses_impossible_arguments(argument, value):
    with pytest.raises(InputError, match=rf"network\.{argument}={value} must be "):
        MADFNetwork(**(TINY | {argument: value}))
