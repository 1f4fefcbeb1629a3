from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.misf import MISFNetwork
from inpaint_zoo.models.misf.conversion import convert


@pytest.fixture(scope="module")
def published() -> MISFNetwork:
    return MISFNetwork(base_channels=64, num_residual_blocks=8).eval()


@pytest.fixture
def tiny() -> MISFNetwork:
    torch.manual_seed(0)
    return MISFNetwork(base_channels=8, num_residual_blocks=1).eval()


def kernels_of(network: MISFNetwork, image: torch.Tensor, mask: torch.Tensor) -> dict[str, torch.Tensor]:
    """The predicted kernels of both levels."""
    seen = {}
    for level in ("feature", "image"):
        layer = getattr(network.kernel_prediction, f"{level}_kernels")
        layer.register_forward_hook(lambda _, __, output, level=level: seen.update({level: output}))
    network(image, mask)
    return seen


@torch.no_grad()
def test_prediction_is_that_of_the_published_implementation(published, golden, released_state_dict):
    recorded = golden("misf")
    published.load_state_dict(convert(released_state_dict("misf_generator"), published.state_dict()))
    prediction = published(recorded.image, recorded.mask)
    expected = recorded.stored("prediction")
    assert (prediction.image - expected).abs().max() <= 3e-5 * expected.abs().max()


@torch.no_grad()
def test_predicted_kernels_are_those_of_the_published_implementation(published, golden, released_state_dict):
    recorded = golden("misf")
    published.load_state_dict(convert(released_state_dict("misf_generator"), published.state_dict()))
    for level, kernels in kernels_of(published, recorded.image, recorded.mask).items():
        expected = recorded.record[f"{level}_kernel_abs_mean"]
        assert kernels.abs().mean().item() == pytest.approx(expected, rel=1e-5)


@torch.no_grad()
def test_filters_both_levels_as_the_widened_kernels_would(tiny):
    """The paper's own form: nearest interpolation of the kernels over channels, then nine products each."""
    image, mask = torch.rand(1, 3, 24, 40), (torch.rand(1, 1, 24, 40) > 0.7).float()
    known = torch.cat([image * (1 - mask), mask], 1)
    half = tiny.encoder1(tiny.encoder0(known))
    kernels = kernels_of(tiny, image, mask)
    features = tiny.encoder2(half)
    flat = kernels["feature"].permute(0, 2, 3, 1).flatten(0, 2)[:, None]
    widened = F.interpolate(flat, scale_factor=4, mode="nearest")[:, 0]
    widened = widened.reshape(1, 6, 10, 32, 9).permute(0, 3, 4, 1, 2)
    filtered = (widened * F.unfold(features, 3, padding=1).reshape(1, 32, 9, 6, 10)).sum(2)
    output = tiny.decoder(tiny.residual_blocks(filtered))
    taps = F.unfold(output, 3, padding=1).reshape(1, 3, 9, 24, 40)
    expected = (torch.tanh((kernels["image"].reshape(1, 3, 9, 24, 40) * taps).sum(2)) + 1) / 2
    torch.testing.assert_close(tiny(image, mask).image, expected, rtol=1e-4, atol=1e-6)


def test_refuses_sizes_that_are_too_small_or_not_divisible(tiny):
    with pytest.raises(InputError, match="to 12x16"):
        tiny(torch.rand(1, 3, 14, 8), torch.zeros(1, 1, 14, 8))


@pytest.mark.parametrize(("argument", "value"), [("base_channels", 0), ("num_residual_blocks", -1)])
def test_refuses_impossible_arguments(argument, value):
    with pytest.raises(InputError, match=rf"network\.{argument}={value} must be at least"):
        MISFNetwork(**{"base_channels": 4, "num_residual_blocks": 1, argument: value})
