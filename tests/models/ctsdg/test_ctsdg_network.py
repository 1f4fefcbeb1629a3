from __future__ import annotations

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.layers.edges import gray
from inpaint_zoo.models.ctsdg import CTSDGNetwork
from inpaint_zoo.models.ctsdg.conversion import convert
from inpaint_zoo.models.structure import StructureExtractor

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


def test_half_of_a_structure_can_be_given():
    network = CTSDGNetwork(**TINY).eval()
    image, mask = image_and_hole(32, 32)
    edge = torch.rand(1, 1, 32, 32)
    with torch.no_grad():
        prediction = network(image, mask, edge=edge)
    assert prediction.intermediates["edge"] is edge
    torch.testing.assert_close(prediction.intermediates["gray"], gray(image * (1 - mask)).float())


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
    with pytest.raises(InputError, match="24x16"):
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
