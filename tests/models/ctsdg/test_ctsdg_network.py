from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from inpaint_zoo.errors import InputError
from inpaint_zoo.layers.edges import canny, gray
from inpaint_zoo.models.ctsdg import CTSDGNetwork
from inpaint_zoo.models.ctsdg.conversion import convert
from inpaint_zoo.models.ctsdg.fusion import BidirectionalGatedFusion, FusedOutput
from inpaint_zoo.models.ctsdg.streams import StreamDecoder, StreamEncoder
from inpaint_zoo.models.ctsdg.structure import StructureExtractor

PUBLISHED = {
    "base_channels": 64,
    "num_levels": 7,
    "dilations": [1, 2, 4, 8],
    "sequential_fusion": True,
    "edge_source": "complete",
    "edge_range": "clean",
}
TINY = {**PUBLISHED, "base_channels": 8, "num_levels": 3, "edge_source": "damaged"}


@pytest.fixture(scope="module")
def published(released_state_dict):
    network = CTSDGNetwork(**PUBLISHED).eval()
    network.load_state_dict(convert(released_state_dict("ctsdg_generator"), network.state_dict()))
    return network


def image_and_hole(height, width, batch_size=1):
    generator = torch.Generator().manual_seed(5)
    image = torch.rand(batch_size, 3, height, width, generator=generator)
    mask = torch.zeros(batch_size, 1, height, width)
    mask[..., height // 4 : height // 2 + 3, 2 : width // 2] = 1
    return image, mask


def largest_error(found, expected):
    return ((found - expected).abs().max() / expected.abs().max()).item()


@pytest.mark.parametrize("edge_range", ["clean", "wrapped"])
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_images_are_those_of_the_published_implementation(published, golden, edge_range, memory_format):
    recorded = golden("ctsdg")
    published.extract_structure = StructureExtractor("complete", edge_range)
    with torch.no_grad():
        prediction = published(recorded.image.to(memory_format=memory_format), recorded.mask)
    assert largest_error(prediction.image, recorded.stored(f"prediction_{edge_range}")) < 3e-5
    assert torch.equal(prediction.intermediates["edge"], recorded.stored(f"edge_{edge_range}"))
    assert largest_error(prediction.intermediates["gray"], recorded.stored(f"gray_{edge_range}")) < 3e-7
    if edge_range == "clean":
        for name in ("projected_image", "projected_edge"):
            assert largest_error(prediction.intermediates[name], recorded.stored(name)) < 3e-5


def test_edge_and_gray_that_are_given_are_used(published, golden):
    recorded = golden("ctsdg")
    given = {name: recorded.stored(f"{name}_wrapped")[:1] for name in ("edge", "gray")}
    with torch.no_grad():
        prediction = published(recorded.image[:1], recorded.mask[:1], **given)
    assert largest_error(prediction.image, recorded.stored("prediction_wrapped")[:1]) < 3e-5


@pytest.mark.parametrize("edge_range", ["clean", "wrapped"])
def test_what_stands_in_the_hole_is_never_used(edge_range):
    network = CTSDGNetwork(**{**TINY, "edge_range": edge_range}).eval()
    image, mask = image_and_hole(40, 64)
    with torch.no_grad():
        one, other = (network(torch.where(mask.bool(), fill, image), mask) for fill in (0.0, 1.0))
    assert torch.equal(one.image, other.image)
    assert all(torch.equal(one.intermediates[name], other.intermediates[name]) for name in one.intermediates)


def test_structure_of_the_complete_image_leaks_by_choice_only():
    image, mask = image_and_hole(64, 64)
    damaged, complete = (StructureExtractor(source, "clean")(image, mask) for source in ("damaged", "complete"))
    assert (damaged.edge * mask).sum() == (damaged.gray * mask).sum() == 0
    assert (complete.edge * mask).sum() > 0
    assert torch.equal(complete.edge, canny(gray(image)).float())


def test_half_of_a_structure_can_be_given():
    network = CTSDGNetwork(**TINY).eval()
    image, mask = image_and_hole(32, 32)
    edge = torch.rand(1, 1, 32, 32)
    with torch.no_grad():
        prediction = network(image, mask, edge=edge)
    assert prediction.intermediates["edge"] is edge
    torch.testing.assert_close(prediction.intermediates["gray"], gray(image * (1 - mask)).float())


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


@pytest.mark.parametrize("sequential", [True, False])
def test_gated_fusion_follows_the_published_weights_or_the_papers_formula(sequential):
    torch.manual_seed(0)
    fusion = BidirectionalGatedFusion(4, sequential=sequential)
    torch.nn.init.constant_(fusion.texture_gamma, 0.3)
    torch.nn.init.constant_(fusion.structure_gamma, -0.7)
    texture, structure = torch.randn(2, 1, 4, 6, 10).unbind(0)
    gates = [
        F.conv2d(torch.cat([texture, structure], 1), gate.weight, gate.bias, padding=1).sigmoid()
        for gate in (fusion.structure_gate, fusion.texture_gate)
    ]
    new_texture = texture + 0.3 * gates[0] * structure
    new_structure = structure - 0.7 * gates[1] * (new_texture if sequential else texture)
    torch.testing.assert_close(fusion(texture, structure), torch.cat([new_texture, new_structure], 1))


def test_fusion_starts_as_the_identity():
    texture, structure = torch.randn(2, 1, 4, 6, 10).unbind(0)
    fused = BidirectionalGatedFusion(4, sequential=True)(texture, structure)
    assert torch.equal(fused, torch.cat([texture, structure], 1))


def test_last_convolution_sees_the_doubled_features():
    torch.manual_seed(0)
    layers = FusedOutput(4, (1, 2))
    fused = torch.randn(1, 8, 8, 12)
    half = F.leaky_relu(layers.halve(fused), 0.2)
    half = F.leaky_relu(layers.merge(torch.cat([half, layers.attention(half)], 1)), 0.2)
    doubled = F.interpolate(half, scale_factor=2, mode="bilinear", align_corners=False)
    torch.testing.assert_close(layers(fused), torch.tanh(layers.output(torch.cat([doubled, fused], 1))))


def test_one_value_a_channel_in_training_is_explained():
    network = CTSDGNetwork(**TINY).train()
    image, mask = image_and_hole(8, 8)
    with pytest.raises(InputError, match=r"8x8 leaves one value per channel.*data\.batch_size"):
        network(image, mask)
    network(*image_and_hole(8, 8, batch_size=2))
    network(*image_and_hole(8, 16))
    network.eval()(image, mask)


@pytest.mark.parametrize("argument", ["edge_source", "edge_range"])
def test_an_unknown_name_is_refused_with_the_known_ones(argument):
    with pytest.raises(InputError, match=rf"{argument} is one of .*, .*; got 'blurred'"):
        CTSDGNetwork(**{**TINY, argument: "blurred"})


def test_all_widths_follow_from_base_channels():
    sizes = [sum(p.numel() for p in CTSDGNetwork(**{**TINY, "base_channels": width}).parameters()) for width in (8, 16)]
    assert sizes[1] > 3.5 * sizes[0]


def test_sizes_are_multiples_of_two_to_the_number_of_levels():
    network = CTSDGNetwork(**TINY)
    assert network.stride == network.minimum_size == 8
    with pytest.raises(InputError, match="16x24"):
        network(*image_and_hole(12, 20))


@pytest.mark.parametrize(
    ("argument", "value"),
    [("base_channels", 0), ("base_channels", 6), ("num_levels", 1), ("dilations", [1, 0]), ("dilations", [])],
)
def test_refuses_impossible_arguments(argument, value):
    with pytest.raises(InputError, match=rf"network\.{argument}=\d must be "):
        CTSDGNetwork(**{**TINY, argument: value})


def test_two_levels_are_the_fewest():
    network = CTSDGNetwork(**{**TINY, "num_levels": 2}).eval()
    image, mask = image_and_hole(8, 4)
    assert network(image, mask).image.isfinite().all()
