from __future__ import annotations

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.rfr import RFRNetwork
from inpaint_zoo.models.rfr.conversion import convert, implied_network


def expected_state(kernel_size: int) -> dict[str, torch.Tensor]:
    with torch.device("meta"):
        return RFRNetwork(base_channels=64, kernel_size=kernel_size, num_recurrences=6).state_dict()


@pytest.fixture(scope="module")
def generator(released_state_dict):
    return released_state_dict("rfr_generator")


@pytest.mark.parametrize("prefix", ["", "module."])
def test_a_published_file_and_its_bare_generator_are_converted(generator, prefix):
    bare = {prefix + name: value for name, value in generator.items()}
    expected = expected_state(7)
    for file in ({"n_iter": 1, "generator": bare, "optimizer_G": {"state": {}}}, bare):
        assert implied_network(file) == {"kernel_size": 7}
        assert list(convert(file, expected)) == list(expected)
    converted = convert(generator, expected)
    assert converted["reasoning.before_attention.0.0.weight"] is generator["RFRModule.dec_5.0.weight"]


def test_the_kernel_tells_the_network_for_smaller_holes(generator):
    small = {
        name: value[..., 1:-1, 1:-1] if name.startswith(("Pconv2.", "Pconv21", "Pconv22")) else value
        for name, value in generator.items()
    }
    assert implied_network({"generator": small}) == {"kernel_size": 5}
    assert list(convert({"generator": small}, expected_state(5))) == list(expected_state(5))
    with pytest.raises(InputError, match=r"3 of another shape \(second\.weight, shrink_hole\.0\.weight"):
        convert({"generator": small}, expected_state(7))


@pytest.mark.parametrize("broken", [{}, {"Pconv2.weight": 7}, {"Pconv2.weight": torch.zeros(3)}])
def test_a_file_that_does_not_tell_its_kernel_tells_nothing(broken):
    assert implied_network({"generator": broken}) == {}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: state.pop("bn20.bias"), r"1 missing \(second_norm\.bias\)"),
        (lambda state: state.update({"tail2.conv4.weight": torch.zeros(1)}), r"1 left over \(tail2\.conv4\.weight\)"),
        (lambda state: state.update({"RFRModule.att.att.ratio": torch.zeros(2)}), "1 of another shape"),
    ],
)
def test_a_file_that_differs_is_refused_with_the_names(generator, change, message):
    state = dict(generator)
    change(state)
    with pytest.raises(InputError, match=message):
        convert({"generator": state}, expected_state(7))
