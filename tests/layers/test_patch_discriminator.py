from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from inpaint_zoo.errors import InputError
from inpaint_zoo.layers.patch_discriminator import PatchDiscriminator


def test_equals_plain_convolutions_with_weights_over_their_largest_singular_value():
    torch.manual_seed(0)
    network = PatchDiscriminator(in_channels=3, base_channels=4).double()
    for _ in range(400):  # let the power iteration converge
        network(torch.rand(1, 3, 32, 32, dtype=torch.float64))
    network.eval()
    image = expected = torch.rand(2, 3, 32, 40, dtype=torch.float64)
    for index, (convolution, stride) in enumerate(zip(network.convolutions, (2, 2, 2, 1, 1), strict=True)):
        weight = convolution.parametrizations.weight.original
        spectral = torch.linalg.svdvals(weight.flatten(1))[0]
        expected = F.conv2d(expected, weight / spectral, stride=stride, padding=1)
        expected = F.leaky_relu(expected, 0.2) if index < 4 else expected
    torch.testing.assert_close(network(image), expected, rtol=1e-4, atol=1e-6)


def test_a_fresh_network_has_weights_whose_largest_singular_value_is_one():
    torch.manual_seed(0)
    network = PatchDiscriminator(in_channels=3, base_channels=64).eval()  # in training mode a look is an iteration
    for convolution in network.convolutions:
        assert torch.linalg.svdvals(convolution.weight.flatten(1))[0].item() == pytest.approx(1, abs=0.05)


def test_one_power_iteration_per_forward_in_training_and_none_in_evaluation():
    network = PatchDiscriminator(in_channels=3, base_channels=4)
    norm = network.convolutions[1].parametrizations.weight[0]
    weight = network.convolutions[1].parametrizations.weight.original.detach().flatten(1)
    v = F.normalize(weight.T @ (u := F.normalize(weight @ norm._v, dim=0)), dim=0)
    network(torch.rand(1, 3, 32, 32))
    torch.testing.assert_close(norm._u, u)
    torch.testing.assert_close(norm._v, v)
    network.eval()(torch.rand(1, 3, 32, 32))
    torch.testing.assert_close(norm._u, u)


@pytest.mark.parametrize("size", [24, 128, 256])
def test_patch_grid(size):
    network = PatchDiscriminator(in_channels=2, base_channels=4)
    assert network(torch.rand(1, 2, size, size)).shape == (1, 1, size // 8 - 2, size // 8 - 2)


def test_activations_are_those_of_all_layers_and_end_in_the_logits():
    torch.manual_seed(0)
    network, image = PatchDiscriminator(in_channels=2, base_channels=4).eval(), torch.rand(2, 2, 32, 40)
    made = network.activations(image)
    assert [each.shape[1] for each in made] == [4, 8, 16, 32, 1]
    assert torch.equal(made[-1], network(image))
    assert torch.equal(made[0], F.leaky_relu(network.convolutions[0](image), 0.2))


def test_refuses_what_leaves_no_channel_or_no_patch():
    with pytest.raises(InputError, match=r"discriminator\.base_channels=0 must be at least 1"):
        PatchDiscriminator(in_channels=3, base_channels=0)
    PatchDiscriminator.check_size(24, 40)
    with pytest.raises(InputError, match=r"needs 24x24 pixels or more, not 23x40 \(width x height\): raise data\.size"):
        PatchDiscriminator.check_size(40, 23)
