from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from inpaint_zoo.benchmark.flops import LISTED_GFLOP, count_gflop, listed_gflop
from inpaint_zoo.benchmark.subject import Case, forward_call
from inpaint_zoo.zoo import list_models

PUBLISHED = Case("misf", 256, 1, "32", {})


def test_a_convolution_is_two_operations_per_product() -> None:
    layer, image = nn.Conv2d(5, 7, 3, padding=1), torch.rand(2, 5, 10, 11)
    assert count_gflop(lambda: layer(image)) == pytest.approx(2 * 2 * 7 * 5 * 9 * 10 * 11 / 1e9)


def test_inference_mode_hides_nothing() -> None:
    @torch.inference_mode()
    def call() -> None:
        F.linear(torch.rand(3, 4), torch.rand(5, 4))

    assert count_gflop(call) == pytest.approx(2 * 3 * 4 * 5 / 1e9)


def test_backward_counts() -> None:
    weight, image = torch.rand(7, 5, 3, 3, requires_grad=True), torch.rand(1, 5, 9, 9, requires_grad=True)
    forward = count_gflop(lambda: F.conv2d(image, weight))
    assert count_gflop(lambda: F.conv2d(image, weight).sum().backward()) == pytest.approx(3 * forward)


def test_every_model_is_listed() -> None:
    assert sorted(LISTED_GFLOP) == list_models()
    assert all(set(figures) == {"forward", "step"} for figures in LISTED_GFLOP.values())


def test_the_listed_figure_applies_to_what_it_was_counted_for() -> None:
    assert listed_gflop(PUBLISHED, "forward") == 261
    assert listed_gflop(PUBLISHED, "step") == 1144
    assert listed_gflop(replace(PUBLISHED, network={"base_channels": 64}), "forward") == 261
    assert listed_gflop(replace(PUBLISHED, precision="bf16"), "forward") == 261


@pytest.mark.parametrize("change", [{"size": 512}, {"batch_size": 2}, {"network": {"base_channels": 32}}])
def test_it_applies_to_nothing_else(change: dict[str, object]) -> None:
    assert listed_gflop(replace(PUBLISHED, **change), "forward") is None  # type: ignore[arg-type]


def test_networks_with_spectral_norms_are_counted_without_gradients() -> None:
    """Such a network's weights are outputs of modules, which the counter follows."""
    case = replace(PUBLISHED, model="edgeconnect", size=24, network={"base_channels": 4, "num_residual_blocks": 1})
    assert count_gflop(forward_call(case.create_network(), case)) > 0
