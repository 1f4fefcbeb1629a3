from __future__ import annotations

from pathlib import Path

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.deepfillv2 import DeepFillv2Network
from inpaint_zoo.models.deepfillv2.conversion import convert, convert_discriminator, implied_network
from inpaint_zoo.models.deepfillv2.discriminator import SNPatchDiscriminator
from inpaint_zoo.models.weights import read_weights

FUSE = "stage2.contextual_attention.fuse_weight"
LAYOUTS = {
    "generator": {"resampling": "tensorflow", "fusion": True, "channels": "bgr"},
    "generator_symmetric": {"resampling": "symmetric", "fusion": True, "channels": "rgb"},
}


@pytest.fixture(scope="module")
def expected() -> dict[str, torch.Tensor]:
    with torch.device("meta"):
        network = DeepFillv2Network(base_channels=24, dilations=[2, 4, 8, 16], **LAYOUTS["generator"])
    return network.state_dict()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("prefix", ["", "module."])
def test_both_layouts_are_told_by_their_names(released_state_dict, expected, tmp_path: Path, layout, prefix):
    state = {prefix + name: value for name, value in released_state_dict(f"deepfillv2_{layout}").items()}
    for file in ({"G": state, "D": {"conv1.conv_sn.bias": torch.zeros(1)}, "n_iter": 1}, state):
        assert implied_network(file) == LAYOUTS[layout]
        converted = convert(file, expected)
        assert list(converted) == list(expected)
        torch.save(file, tmp_path / "x.pth")
        read = read_weights(tmp_path / "x.pth", None)
        assert (read.model, read.network) == ("deepfillv2", LAYOUTS[layout])


def test_both_layouts_name_the_same_layers(released_state_dict, expected):
    """Position by position: the layer of the same place has the same shape, and each name its own."""
    state, symmetric = (released_state_dict(f"deepfillv2_{layout}") for layout in LAYOUTS)
    one, other = (convert({"G": each}, expected) for each in (state, symmetric))
    assert one["refinement.after_attention.1.weight"] is state["pmconv10.conv.weight"]
    assert one["coarse.12.weight"] is state["conv13_upsample.conv.conv.weight"]
    assert one["refinement.decoder.6.bias"] is state["allconv17.conv.bias"]
    assert {name: value.shape for name, value in one.items()} == {name: value.shape for name, value in other.items()}


def test_older_files_lack_the_constant_of_the_fusion(released_state_dict, expected):
    state = released_state_dict("deepfillv2_generator_symmetric")
    assert FUSE in state
    del state[FUSE]
    assert list(convert({"G": state}, expected)) == list(expected)


def test_the_discriminator_of_a_file_gets_its_right_singular_vectors(released_state_dict):
    state = released_state_dict("deepfillv2_discriminator")
    discriminator = SNPatchDiscriminator(base_channels=64, resampling="tensorflow").eval()
    discriminator.load_state_dict(convert_discriminator({"D": state}, discriminator.state_dict()))
    assert sum(parameter.numel() for parameter in discriminator.parameters()) == 5_946_816
    layer = discriminator.convolutions[2]
    largest = torch.linalg.matrix_norm(state["conv3.conv_sn.weight"].flatten(1), 2)
    torch.testing.assert_close(layer.weight, state["conv3.conv_sn.weight"] / largest)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: state.pop("pmconv9.conv.bias"), r"1 missing \(refinement\.after_attention\.0\.bias\)"),
        (lambda state: state.update({"pmconv11.conv.bias": torch.zeros(1)}), r"1 left over \(pmconv11\.conv\.bias\)"),
        (lambda state: state.update({"conv1.conv.bias": torch.zeros(2)}), r"1 of another shape \(coarse\.0\.bias\)"),
    ],
)
def test_a_file_that_differs_is_refused_with_the_names(released_state_dict, expected, change, message):
    state = released_state_dict("deepfillv2_generator")
    change(state)
    with pytest.raises(InputError, match=message):
        convert({"G": state}, expected)
