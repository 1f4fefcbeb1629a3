from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.rfr import RFRNetwork
from inpaint_zoo.models.rfr.conversion import convert, implied_network

PUBLISHED = {"base_channels": 64, "kernel_size": 7, "num_recurrences": 6}
TINY = {"base_channels": 8, "kernel_size": 5, "num_recurrences": 3}


def tiny(**changes: Any) -> RFRNetwork:
    torch.manual_seed(0)
    return RFRNetwork(**{**TINY, **changes}).eval()


def published(state: dict[str, torch.Tensor]) -> RFRNetwork:
    network = RFRNetwork(**{**PUBLISHED, **implied_network({"generator": state})}).eval()
    network.load_state_dict(convert({"generator": state}, network.state_dict()))
    return network


def recorded_pictures(arrays: dict[str, np.ndarray], prefix: str = "") -> tuple[torch.Tensor, torch.Tensor]:
    image = torch.from_numpy(arrays[f"{prefix}image"]).permute(0, 3, 1, 2).float() / 255
    return image, torch.from_numpy(arrays[f"{prefix}hole"] == 255)[:, None].float()


def run(network: RFRNetwork, image: torch.Tensor, mask: torch.Tensor) -> dict[str, torch.Tensor]:
    """What the golden files hold: the image, and means over channels of what lies inside."""
    inputs: dict[str, list[torch.Tensor]] = {"attention": [], "start": [], "merged": []}
    features: list[torch.Tensor] = []
    network_parts = {
        "attention": network.reasoning.attention.combiner,
        "start": network.shrink_hole[0],
        "merged": network.enlarge,
    }
    handles = [
        part.register_forward_pre_hook(lambda _, given, name=name: inputs[name].append(given[0]))
        for name, part in network_parts.items()
    ]
    handles.append(network.reasoning.register_forward_hook(lambda _, __, output: features.append(output[0])))
    kept = {}
    with torch.no_grad():
        kept["prediction"] = network(image, mask).image.permute(0, 2, 3, 1)
        kept["masks"] = torch.cat(network.cover(1 - mask).masks, 1)
    for handle in handles:
        handle.remove()
    masked = torch.stack([inputs["start"][0], *features], 1).mean(2) * kept["masks"]
    values = torch.stack(inputs["attention"], 1)[:, :, : features[0].shape[1] * 8].mean(2)
    return kept | {
        "features_mean": masked, "attention_mean": values, "merged_mean": inputs["merged"][0].mean(1)
    }  # fmt: skip


def largest_error(found: torch.Tensor, expected: torch.Tensor) -> float:
    return ((found - expected).abs().max() / expected.abs().max()).item()


@pytest.fixture(scope="module")
def network(released_state_dict):
    return published(released_state_dict("rfr_generator"))


@pytest.fixture(scope="module")
def made(network, golden):
    recorded = golden("rfr")
    return run(network, recorded.image, recorded.mask)


@pytest.mark.parametrize("name", ["prediction", "features_mean", "attention_mean", "merged_mean"])
def test_numbers_are_those_of_the_published_implementation(made, golden, name):
    expected = golden("rfr").stored(name)
    if name == "features_mean":  # there the features before the recurrences are not masked yet
        expected = expected * golden("rfr").stored("masks")
    assert largest_error(made[name], expected) < 3e-5


def test_masks_are_those_of_the_published_implementation(made, golden):
    assert torch.equal(made["masks"], golden("rfr").stored("masks"))


def test_the_published_network_has_its_number_of_parameters(network):
    assert sum(parameter.numel() for parameter in network.parameters()) == 31_224_065


def test_a_published_network_for_smaller_holes(golden, released_state_dict):
    recorded = golden("rfr")
    network = published(released_state_dict("rfr_generator_small_hole"))
    assert network.kernel_size == 5
    with torch.no_grad():
        found = network(recorded.image[:1], recorded.mask[:1]).image.permute(0, 2, 3, 1)
    assert largest_error(found, recorded.stored("small_hole_prediction")) < 3e-5


@pytest.mark.slow
def test_a_hole_that_the_recurrences_cannot_cover(network, golden):
    recorded = golden("rfr")
    made = run(network, *recorded_pictures(recorded.arrays, "large_"))
    assert torch.equal(made["masks"], recorded.stored("large_masks"))
    assert 0 < (made["masks"][:, -1] == 0).float().mean() < 0.01
    for name, limit in (("prediction", 3e-5), ("merged_mean", 3e-5), ("attention_mean", 2e-4)):
        assert largest_error(made[name], recorded.stored(f"large_{name}")) < limit, name


def test_partial_convolutions_equal_those_of_full_masks():
    """A slow twin of the recurrences: masks with all channels, convolved with ones, inputs multiplied by them."""
    network = tiny()
    image, mask = torch.rand(1, 3, 48, 32), torch.zeros(1, 1, 48, 32)
    mask[..., 10:40, 4:28] = 1

    def partial(layer, features, valid):
        size = layer.weight[0].numel()
        count = F.conv2d(valid, torch.ones_like(layer.weight), stride=layer.stride, padding=layer.padding)
        ratio = size / (count + 1e-8) * count.clamp(0, 1)
        made = F.conv2d(features * valid, layer.weight, stride=layer.stride, padding=layer.padding)
        return made * ratio, count.clamp(0, 1)

    with torch.no_grad():
        features, valid = partial(network.first, image, (1 - mask).expand(-1, 3, -1, -1))
        features, valid = partial(network.second, F.relu(network.first_norm(features)), valid)
        features = F.relu(network.second_norm(features))
        maps, masks, passed_on = [features], [valid], None
        for _ in range(3):
            for layer in network.shrink_hole:
                features, valid = partial(layer, features, valid)
            features = F.leaky_relu(network.shrink_hole_norm(features))
            features, passed_on = network.reasoning(features, valid[:, :1, ::4, ::4], passed_on)
            features = features * valid
            maps.append(features)
            masks.append(valid)
        count = sum(masks) / 4
        merged = sum(each * valid for each, valid in zip(maps, masks, strict=True)) / 4 / (count + 1e-7)
        features = F.leaky_relu(network.enlarge_norm(network.enlarge(merged)))
        both = torch.cat([(1 - mask).expand(-1, 3, -1, -1), valid.repeat_interleave(2, 2).repeat_interleave(2, 3)], 1)
        features, _ = partial(network.last, torch.cat([image, features], 1), both)
        features = F.leaky_relu(features)
        expected = network.output(torch.cat([features, network.bottleneck(features)], 1))
        assert largest_error(network(image, mask).image, expected) < 1e-5


def test_scores_begin_anew_with_every_image():
    network, (image, other) = tiny(), torch.rand(2, 1, 3, 32, 32)
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., 8:24, 8:24] = 1
    with torch.no_grad():
        first = network(image, mask).image
        network(other, mask)
        assert torch.equal(network(image, mask).image, first)


def test_with_and_without_gradients_the_image_is_the_same():
    network, image, mask = tiny(), torch.rand(2, 3, 32, 48), torch.zeros(2, 1, 32, 48)
    mask[..., 4:30, 8:40] = 1
    with torch.no_grad():
        found = network(image, mask).image
    torch.testing.assert_close(network(image, mask).image, found, rtol=0, atol=1e-6)


def test_autocast_keeps_scores_and_sums_in_float32():
    network, image, mask = tiny(), torch.rand(1, 3, 32, 32), torch.zeros(1, 1, 32, 32)
    mask[..., 8:24, 8:24] = 1
    seen = []
    network.reasoning.attention.register_forward_hook(lambda _, __, output: seen.append(output[1].scores.dtype))
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        assert network(image, mask).image.isfinite().all()
    assert seen == [torch.float32] * 3


def test_one_value_a_channel_in_training_is_explained():
    network = tiny().train()
    with pytest.raises(InputError, match=r"16x16 leaves one value per channel.*data\.batch_size"):
        network(torch.rand(1, 3, 16, 16), torch.zeros(1, 1, 16, 16))
    network(torch.rand(2, 3, 16, 16), torch.zeros(2, 1, 16, 16))


def test_without_a_second_recurrence_nothing_is_mixed():
    assert not tiny(num_recurrences=1).reasoning.attention.ratio.requires_grad
    assert tiny(num_recurrences=2).reasoning.attention.ratio.requires_grad


@pytest.mark.parametrize(
    ("argument", "value"),
    [("base_channels", 12), ("kernel_size", 4), ("kernel_size", 1), ("num_recurrences", 0)],
)
def test_refuses_impossible_arguments(argument, value):
    with pytest.raises(InputError, match=rf"network\.{argument}={value} must be "):
        tiny(**{argument: value})
