from __future__ import annotations

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.pconv import PConvNetwork
from inpaint_zoo.models.pconv.conversion import convert


@pytest.fixture(scope="module")
def expected():
    with torch.device("meta"):
        return PConvNetwork(base_channels=64, num_levels=7).state_dict()


@pytest.fixture(scope="module")
def published(released_state_dict):
    return released_state_dict("pconv_generator")


@pytest.mark.parametrize("prefix", ["", "module."])
def test_a_published_file_and_its_bare_network_are_converted(published, expected, prefix):
    bare = {prefix + name: value for name, value in published.items()}
    for file in ({"n_iter": 1, "model": bare, "optimizer": {"state": {}, "param_groups": []}}, bare):
        assert list(convert(file, expected)) == list(expected)


def test_weights_are_those_of_a_share_and_levels_are_found_by_name(published, expected):
    made = convert(published, expected)
    pairs = {
        "encoder.blocks.1.conv.weight": ("enc_2.conv.input_conv.weight", 64 * 25),
        "decoder.blocks.0.conv.weight": ("dec_7.conv.input_conv.weight", 1024 * 9),
        "decoder.blocks.5.conv.weight": ("dec_2.conv.input_conv.weight", 192 * 9),
        "output.conv.weight": ("dec_1.conv.input_conv.weight", 67 * 9),
    }
    for ours, (theirs, size) in pairs.items():
        torch.testing.assert_close(made[ours], published[theirs] / size, rtol=1e-6, atol=0)
    for ours, theirs in (("decoder.blocks.2.norm.bias", "dec_5.bn.bias"), ("output.conv.bias", None)):
        assert made[ours] is published[theirs or "dec_1.conv.input_conv.bias"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: state.pop("enc_3.bn.bias"), r"1 missing \(encoder\.blocks\.2\.norm\.bias\)"),
        (lambda state: state.update(surprise=torch.zeros(1)), r"1 left over \(surprise\)"),
        (lambda state: state.update({"enc_8.conv.mask_conv.weight": torch.ones(1)}), r"1 left over \(enc_8"),
        (lambda state: state.update({"dec_1.conv.input_conv.bias": torch.zeros(2)}), r"1 of another shape"),
        (
            lambda state: state.update({"dec_4.conv.mask_conv.weight": torch.full((256, 768, 3, 3), 0.5)}),
            r"dec_4\.conv\.mask_conv\.weight is not all ones",
        ),
    ],
)
def test_a_file_that_differs_is_refused_with_the_names(published, expected, change, message):
    state = dict(published)
    change(state)
    with pytest.raises(InputError, match=message):
        convert(state, expected)


def test_eight_levels_count_from_the_deepest(expected):
    theirs, network = {}, PConvNetwork(base_channels=1, num_levels=8)
    for name, value in network.state_dict().items():
        side, _, block, layer, kind = (f"decoder.blocks.7.{name[7:]}" if name.startswith("output") else name).split(".")
        level = int(block) + 1 if side == "encoder" else 8 - int(block)
        theirs[f"{side[:3]}_{level}.{'conv.input_conv' if layer == 'conv' else 'bn'}.{kind}"] = value
    assert list(convert(theirs, network.state_dict())) == list(network.state_dict())
