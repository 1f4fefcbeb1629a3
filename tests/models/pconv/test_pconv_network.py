from __future__ import annotations

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.imagenet_range import MEAN
from inpaint_zoo.models.pconv import PConvNetwork
from inpaint_zoo.models.pconv.conversion import convert

TINY = {"base_channels": 4, "num_levels": 3}


def tiny(**changes):
    torch.manual_seed(0)
    return PConvNetwork(**(TINY | changes)).eval()


@pytest.fixture(scope="module")
def published(released_state_dict):
    network = PConvNetwork(base_channels=64, num_levels=7).eval()
    network.load_state_dict(convert(released_state_dict("pconv_generator"), network.state_dict()))
    return network


@torch.no_grad()
def test_prediction_is_that_of_the_published_implementation(published, golden):
    recorded = golden("pconv")
    prediction = published(recorded.image, recorded.mask)
    expected = recorded.stored("prediction")
    assert (prediction.image - expected).abs().max() <= 3e-5 * expected.abs().max()


@torch.no_grad()
def test_large_holes_are_those_of_the_published_implementation(published, golden):
    """In the first image a patch is known; in the second one nothing is, and it becomes the mean colour."""
    recorded = golden("pconv")
    mask = torch.from_numpy(recorded.arrays["hole_large"] == 255)[:, None].float()
    prediction = published(recorded.image, mask)
    expected = recorded.stored("prediction_large")
    assert (prediction.image - expected).abs().max() <= 3e-5 * expected.abs().max()
    assert torch.equal(prediction.image[1], torch.tensor(MEAN)[:, None, None].expand(3, 256, 128))


@torch.no_grad()
def test_masks_of_all_levels_are_those_of_the_published_implementation(published, golden):
    recorded = golden("pconv")
    valid = torch.from_numpy(recorded.arrays["hole_large"] != 255)[:, None].float()
    levels = published.encoder(recorded.image, valid)
    for number, level in enumerate(levels[1:], start=1):
        assert level.mask.mean().item() == pytest.approx(recorded.record["valid_fraction_large"][f"enc_{number}"])


def test_it_has_the_published_number_of_parameters(published):
    assert sum(parameter.numel() for parameter in published.parameters()) == 25_779_796


@torch.no_grad()
def test_eight_levels_have_one_more_of_the_deepest():
    with torch.device("meta"):
        seven, eight = (PConvNetwork(base_channels=64, num_levels=levels) for levels in (7, 8))
    shapes = [
        {name: tuple(value.shape) for name, value in network.named_parameters() if value.ndim == 4}
        for network in (seven, eight)
    ]
    assert shapes[1]["encoder.blocks.7.conv.weight"] == (512, 512, 3, 3)
    assert shapes[1]["decoder.blocks.0.conv.weight"] == (512, 1024, 3, 3)
    assert len(shapes[1]) == len(shapes[0]) + 2
    image, mask = torch.rand(1, 3, 256, 256), torch.zeros(1, 1, 256, 256)
    mask[..., 50:200, 60:190] = 1
    assert tiny(num_levels=8)(image, mask).image.isfinite().all()


@torch.no_grad()
@pytest.mark.parametrize("training", [False, True])
def test_nothing_is_known_nothing_is_made(training):
    image, mask = torch.rand(2, 3, 16, 24), torch.ones(2, 1, 16, 24)
    network = tiny().train(training)
    torch.nn.init.constant_(network.output.conv.bias, 3.0)
    assert not network.generate(network.normalize(image), mask).any()


def test_weights_start_as_he_et_al_draw_them():
    network = PConvNetwork(base_channels=16, num_levels=3)
    for layer in (network.encoder.blocks[1].conv, network.decoder.blocks[0].conv):
        fan_in = layer.weight[0].numel()
        assert layer.weight.std().item() == pytest.approx((2 / fan_in) ** 0.5, rel=0.05)
    assert not network.output.conv.bias.any()
    assert network.encoder.blocks[1].conv.bias is None


def test_sizes_are_multiples_of_two_to_the_number_of_levels():
    network = tiny()
    assert network.stride == network.minimum_size == 8
    with pytest.raises(InputError, match="24x16"):
        network(torch.rand(1, 3, 12, 20), torch.zeros(1, 1, 12, 20))


def test_one_value_a_channel_in_training_is_explained():
    network = tiny().train()
    with pytest.raises(InputError, match=r"8x8 leaves one value per channel.*data\.batch_size"):
        network(torch.rand(1, 3, 8, 8), torch.zeros(1, 1, 8, 8))
    network(torch.rand(2, 3, 8, 8), torch.zeros(2, 1, 8, 8))
    network.eval()(torch.rand(1, 3, 8, 8), torch.zeros(1, 1, 8, 8))


@pytest.mark.parametrize(("argument", "value"), [("base_channels", 0), ("num_levels", 1)])
def test_refuses_impossible_arguments(argument, value):
    with pytest.raises(InputError, match=rf"network\.{argument}={value} must be at least"):
        tiny(**{argument: value})
