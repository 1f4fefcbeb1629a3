from __future__ import annotations

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.edgeconnect import EdgeConnectNetwork
from inpaint_zoo.models.edgeconnect.conversion import convert
from inpaint_zoo.models.structure import StructureExtractor

TINY = {"base_channels": 4, "num_residual_blocks": 1, "merge_edges": True, "edge_source": "damaged"}


def tiny(**changes):
    torch.manual_seed(0)
    return EdgeConnectNetwork(**(TINY | changes)).eval()


@pytest.fixture(scope="module")
def published(released_generators):
    network = EdgeConnectNetwork(**(TINY | {"base_channels": 64, "num_residual_blocks": 8})).eval()
    network.load_state_dict(convert(released_generators, network.state_dict()))
    return network


def image_and_hole(height=48, width=64):
    generator = torch.Generator().manual_seed(5)
    image = torch.rand(2, 3, height, width, generator=generator)
    mask = torch.zeros(2, 1, height, width)
    mask[..., height // 4 : height // 2 + 3, 2 : width // 2] = 1
    return image, mask


def largest_error(found, expected):
    return ((found - expected).abs().max() / expected.abs().max()).item()


@torch.no_grad()
@pytest.mark.parametrize("source", ["damaged", "complete"])
def test_predictions_are_those_of_the_published_implementation(published, golden, source):
    recorded = golden("edgeconnect")
    published.extract_structure = StructureExtractor(source, "clean")
    prediction = published(recorded.image, recorded.mask)
    named, known = prediction.intermediates, recorded.mask == 0
    expected_edge, expected_gray = recorded.stored(f"edge_{source}"), recorded.stored("gray")
    assert torch.equal(named["edge"], expected_edge)
    assert largest_error(named["gray"][known], expected_gray[known]) < 3e-7
    assert largest_error(named["edge_predicted"], recorded.stored(f"edge_predicted_{source}")) < 3e-5
    assert largest_error(prediction.image, recorded.stored(f"prediction_merged_{source}")) < 3e-5
    if source == "damaged":  # the released test script does not merge
        raw = published.generate(recorded.image, recorded.mask, named["edge_predicted"])
        assert largest_error(raw, recorded.stored("prediction_released")) < 3e-5


@torch.no_grad()
def test_with_true_edges_the_image_is_that_of_the_published_implementation(published, golden):
    recorded = golden("edgeconnect")
    image = published.generate(recorded.image, recorded.mask, recorded.stored("edge_complete"))
    assert largest_error(image, recorded.stored("prediction_true_edge")) < 3e-5


def test_the_generators_have_the_published_numbers_of_parameters(published):
    parts = (published.edge_generator, published.image_generator)
    assert [sum(p.numel() for p in part.parameters()) for part in parts] == [10_761_089, 10_774_595]


@torch.no_grad()
def test_known_edges_are_kept_where_they_are_merged():
    image, mask = image_and_hole()
    hole = mask.bool()
    merged, raw = (tiny(merge_edges=merge)(image, mask).intermediates for merge in (True, False))
    assert torch.equal(merged["edge_merged"][~hole], merged["edge"][~hole])
    assert torch.equal(merged["edge_merged"][hole], merged["edge_predicted"][hole])
    assert torch.equal(raw["edge_merged"], raw["edge_predicted"])
    assert merged["edge"][~hole].any()


@torch.no_grad()
def test_the_hole_is_white_for_both_generators():
    network, seen = tiny(), []
    for part in (network.edge_generator, network.image_generator):
        part.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    image, mask = image_and_hole()
    hole = mask.bool()
    named = network(image, mask).intermediates
    of_edges, of_image = seen
    assert (of_edges[:, :1][hole] == 1).all()
    assert (of_edges[:, 1:2][hole] == 0).all()
    assert torch.equal(of_edges[:, 2:], mask)
    assert (of_image[:, :3][hole.expand(-1, 3, -1, -1)] == 1).all()
    assert torch.equal(of_image[:, 3:], named["edge_merged"])
    assert torch.equal(of_edges[:, :1][~hole], named["gray"][~hole])


@torch.no_grad()
def test_what_stands_in_the_hole_is_used_where_edges_are_of_the_complete_image_only():
    image, mask = image_and_hole()
    other = torch.where(mask.bool(), 1 - image, image)
    for source in ("damaged", "complete"):
        network = tiny(edge_source=source)
        same = torch.equal(network(image, mask).image, network(other, mask).image)
        assert same == (source == "damaged")
        assert network.visible(mask).all() == (source == "complete")


def test_spectra_are_normalised_in_all_of_the_edge_generator_but_its_last_layer():
    network = tiny().double()
    entries = network.state_dict()
    normalised = {name.partition(".parametrizations")[0] for name in entries if name.endswith("_u")}
    convolutions = {
        name
        for name, layer in network.named_modules()
        if isinstance(layer, (torch.nn.Conv2d, torch.nn.ConvTranspose2d))
    }
    edge_generator = {name for name in convolutions if name.startswith("edge_generator")}
    assert normalised == edge_generator - {"edge_generator.output.1"}
    for name in normalised:
        layer = network.get_submodule(name)
        dim = 1 if isinstance(layer, torch.nn.ConvTranspose2d) else 0
        norm, original = layer.parametrizations.weight[0], layer.parametrizations.weight.original.detach()
        matrix = original.movedim(dim, 0).flatten(1)
        assert (norm._u.shape[0], norm._v.shape[0]) == matrix.shape
        torch.testing.assert_close(layer.weight.detach(), original / (norm._u @ matrix @ norm._v))


def test_weights_start_with_a_standard_deviation_of_two_hundredths():
    network = tiny(base_channels=16)
    originals = network.edge_generator.encoder[2][0].parametrizations.weight.original
    for weight in (originals, network.image_generator.encoder[2][0].weight):
        assert weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert network.edge_generator.residual_blocks[0].layers[1].bias is None
    assert not network.image_generator.residual_blocks[0].layers[1].bias.any()


def test_refuses_sizes_that_are_too_small_or_not_divisible():
    with pytest.raises(InputError, match="to 12x16"):
        tiny()(torch.rand(1, 3, 14, 8), torch.zeros(1, 1, 14, 8))


@pytest.mark.parametrize(("argument", "value"), [("base_channels", 0), ("num_residual_blocks", -1)])
def test_refuses_impossible_arguments(argument, value):
    with pytest.raises(InputError, match=rf"network\.{argument}={value} must be at least"):
        tiny(**{argument: value})


def test_an_unknown_source_of_edges_is_refused():
    with pytest.raises(InputError, match="edge_source is one of damaged, complete; got 'blurred'"):
        tiny(edge_source="blurred")
