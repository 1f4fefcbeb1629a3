from __future__ import annotations

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.ctsdg import CTSDGNetwork
from inpaint_zoo.models.ctsdg.conversion import convert, convert_discriminator, implied_network
from inpaint_zoo.models.ctsdg.discriminator import CTSDGDiscriminator


@pytest.fixture(scope="module")
def generator_state():
    with torch.device("meta"):
        network = CTSDGNetwork(
            base_channels=64,
            num_levels=7,
            dilations=[1, 2, 4, 8],
            sequential_fusion=True,
            edge_source="damaged",
            **implied_network({}),
        )
    return network.state_dict()


@pytest.fixture(scope="module")
def checkpoint(released_state_dict):
    networks = {name: released_state_dict(f"ctsdg_{name}") for name in ("generator", "discriminator")}
    return {"n_iter": 1, **networks}


def test_published_weights_ask_for_wrapped_gray():
    assert implied_network({}) == {"edge_range": "wrapped"}


@pytest.mark.parametrize("prefix", ["", "module."])
def test_a_published_file_and_its_bare_generator_are_converted(checkpoint, generator_state, prefix):
    bare = {prefix + name: value for name, value in checkpoint["generator"].items()}
    for file in ({**checkpoint, "generator": bare}, bare):
        converted = convert(file, generator_state)
        assert list(converted) == list(generator_state)
    weight = checkpoint["generator"]["dc_texture_6.conv.weight"]
    assert converted["texture_decoder.blocks.1.conv.weight"] is weight


def test_the_published_discriminator_is_converted(checkpoint):
    expected = CTSDGDiscriminator(base_channels=64).state_dict()
    converted = convert_discriminator(checkpoint, expected)
    assert list(converted) == list(expected)
    first = checkpoint["discriminator"]["structure_branch.features.0.weight_u"]
    assert converted["structure_branch.convolutions.0.parametrizations.weight.0._u"] is first


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: state.pop("ec_texture_3.bn.bias"), r"1 missing \(texture_encoder\.blocks\.2\.norm\.bias\)"),
        (lambda state: state.update(surprise=torch.zeros(1)), r"1 left over \(surprise\)"),
        (lambda state: state.update({"bigff.texture_gamma": torch.zeros(2)}), r"1 of another shape"),
    ],
)
def test_a_file_that_differs_is_refused_with_the_names(checkpoint, generator_state, change, message):
    state = dict(checkpoint["generator"])
    change(state)
    with pytest.raises(InputError, match=message):
        convert({"generator": state}, generator_state)
