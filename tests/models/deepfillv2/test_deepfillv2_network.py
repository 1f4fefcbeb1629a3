from __future__ import annotations

from typing import Any

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.deepfillv2 import DeepFillv2Network
from inpaint_zoo.models.deepfillv2.conversion import convert, implied_network
from inpaint_zoo.models.deepfillv2.resampling import shrunk

PUBLISHED = {
    "base_channels": 24,
    "dilations": [2, 4, 8, 16],
    "resampling": "tensorflow",
    "fusion": True,
    "channels": "rgb",
}


def tiny(**changes: Any) -> DeepFillv2Network:
    torch.manual_seed(0)
    return DeepFillv2Network(**{**PUBLISHED, "base_channels": 8, **changes}).eval()


def published(state: dict[str, torch.Tensor]) -> DeepFillv2Network:
    """As the recordings were made: on images whose colours are not swapped."""
    network = DeepFillv2Network(**{**PUBLISHED, **implied_network({"G": state}), "channels": "rgb"}).eval()
    network.load_state_dict(convert({"G": state}, network.state_dict()))
    return network


def largest_error(found: torch.Tensor, expected: torch.Tensor) -> float:
    return ((found - expected).abs().max() / expected.abs().max()).item()


def run(network: DeepFillv2Network, recorded: Any, suffix: str = "") -> dict[str, torch.Tensor]:
    """What the golden files hold."""
    kept: dict[str, torch.Tensor] = {}
    handles = [
        network.refinement.before_attention.register_forward_hook(
            lambda _, __, output: kept.update(attention_input_mean=output.mean(1))
        ),
        network.refinement.after_attention.register_forward_pre_hook(
            lambda _, given: kept.update(attention_mean=given[0].mean(1))
        ),
    ]
    with torch.no_grad():
        prediction = network(recorded.image, recorded.mask)
    for handle in handles:
        handle.remove()
    images = {"prediction": prediction.image, "coarse": prediction.intermediates["coarse"]}
    return kept | {f"{name}{suffix}": image.permute(0, 2, 3, 1) for name, image in images.items()}


@pytest.fixture(scope="module")
def network(released_state_dict):
    return published(released_state_dict("deepfillv2_generator"))


@pytest.fixture(scope="module")
def made(network, golden):
    return run(network, golden("deepfillv2"))


@pytest.mark.parametrize("name", ["prediction", "coarse", "attention_input_mean", "attention_mean"])
def test_numbers_are_those_of_the_authors_code(made, golden, name):
    assert largest_error(made[name], golden("deepfillv2").stored(name)) < 3e-5


def test_what_stands_in_the_hole_is_never_used(network, golden, made):
    """With these weights: those of a new network let little of an image through."""
    recorded = golden("deepfillv2")
    other = torch.where(recorded.mask.bool(), torch.nan, recorded.image)
    with torch.no_grad():
        prediction = network(other, recorded.mask)
    assert torch.equal(prediction.image.permute(0, 2, 3, 1), made["prediction"])
    assert torch.equal(prediction.intermediates["coarse"].permute(0, 2, 3, 1), made["coarse"])


def test_keys_are_those_of_the_authors_code(network, golden):
    recorded = golden("deepfillv2")
    assert torch.equal(network.refinement.allowed(recorded.mask)[:, 0], recorded.stored("keys"))


def test_the_published_network_has_its_number_of_parameters(network):
    assert sum(parameter.numel() for parameter in network.parameters()) == 4_052_478


def test_the_symmetric_network_is_that_of_the_port(golden, released_state_dict):
    recorded, network = golden("deepfillv2"), published(released_state_dict("deepfillv2_generator_symmetric"))
    made = run(network, recorded, "_symmetric")
    for name in ("prediction_symmetric", "coarse_symmetric"):
        assert largest_error(made[name], recorded.stored(name)) < 3e-5, name
    assert torch.equal(network.refinement.allowed(recorded.mask)[:, 0], recorded.stored("keys_symmetric"))


def test_without_fusion_and_with_a_mask_in_one_step_it_is_the_port(golden, released_state_dict, monkeypatch):
    recorded, network = golden("deepfillv2"), published(released_state_dict("deepfillv2_generator"))
    refinement = network.refinement
    small = shrunk(recorded.mask, 8, refinement.rule)
    keys = 1 - torch.nn.functional.max_pool2d(small, 3, 1, 1)
    assert torch.equal(keys[:, 0], recorded.stored("keys_port"))
    monkeypatch.setattr(refinement, "fusion", False)
    monkeypatch.setattr(refinement, "allowed", lambda _: keys)
    found = run(network, recorded)["prediction"]
    assert largest_error(found, recorded.stored("prediction_port")) < 3e-5


def test_the_order_of_colours_is_that_of_the_weights():
    rgb, bgr = tiny(), tiny(channels="bgr")
    image, mask = torch.rand(1, 3, 32, 24), torch.zeros(1, 1, 32, 24)
    mask[..., 8:20, 4:16] = 1
    with torch.no_grad():
        one, other = bgr(image, mask), rgb(image.flip(1), mask)
    assert torch.equal(one.image, other.image.flip(1))
    assert torch.equal(one.intermediates["coarse"], other.intermediates["coarse"].flip(1))
    assert not torch.equal(one.image, other.image)


def test_each_image_of_a_batch_has_its_own_mask():
    network, image, masks = tiny(), torch.rand(2, 3, 32, 32), torch.zeros(2, 1, 32, 32)
    masks[0, :, 2:10, 2:10] = masks[1, :, 12:30, 8:28] = 1
    with torch.no_grad():
        together = network(image, masks).image
        for i in range(2):
            alone = network(image[i : i + 1], masks[i : i + 1]).image
            torch.testing.assert_close(together[i : i + 1], alone, rtol=0, atol=1e-6)


def test_weights_begin_as_published():
    layer = tiny().coarse[5]
    assert not layer.bias.any()
    bound = (6 / (9 * (layer.in_channels + layer.out_channels))) ** 0.5
    assert 0.95 * bound < layer.weight.abs().max() <= bound


@pytest.mark.parametrize(
    ("argument", "value"),
    [("base_channels", 7), ("dilations", [2, 0]), ("resampling", "nearest"), ("channels", "gbr")],
)
def test_refuses_impossible_arguments(argument, value):
    with pytest.raises(InputError, match=rf"network\.{argument}"):
        tiny(**{argument: value})
