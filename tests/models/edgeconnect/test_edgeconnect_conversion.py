from __future__ import annotations

import hashlib

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.edgeconnect import EdgeConnectNetwork
from inpaint_zoo.models.edgeconnect.conversion import FILES, convert
from inpaint_zoo.models.weights import read_weights, read_weights_file


@pytest.fixture(scope="module")
def expected():
    with torch.device("meta"):
        network = EdgeConnectNetwork(base_channels=64, num_residual_blocks=8, merge_edges=True, edge_source="damaged")
    return network.state_dict()


@pytest.fixture(scope="module")
def folder(released_state_dict, tmp_path_factory):
    """As published; one file with what several GPUs put before names."""
    path = tmp_path_factory.mktemp("published")
    edge, image = (released_state_dict(f"edgeconnect_{name}_generator") for name in ("edge", "inpaint"))
    torch.save({"iteration": 7, "generator": edge}, path / FILES["edge_generator"])
    several = {f"module.{name}": value for name, value in image.items()}
    torch.save({"iteration": 9, "generator": several}, path / FILES["image_generator"])
    return path


def test_a_folder_with_both_published_files_is_one_network(folder, expected, released_generators):
    stored = read_weights(folder, None)
    assert stored.model == "edgeconnect"
    made = stored.convert(stored.state, expected)
    assert list(made) == list(expected)
    pairs = {
        "edge_generator.decoder.0.0.parametrizations.weight.original": "edge_generator.decoder.0.weight_orig",
        "edge_generator.residual_blocks.3.layers.5.parametrizations.weight.0._v": (
            "edge_generator.middle.3.conv_block.5.weight_v"
        ),
        "image_generator.encoder.0.1.weight": "image_generator.encoder.1.weight",
        "image_generator.output.1.bias": "image_generator.decoder.7.bias",
    }
    for ours, theirs in pairs.items():
        assert torch.equal(made[ours], released_generators[theirs])


def test_the_hash_is_of_both_files(folder):
    content = b"".join((folder / name).read_bytes() for name in FILES.values())
    assert read_weights_file(folder, "edgeconnect", None).sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("lacking", FILES.values())
def test_a_file_that_is_missing_is_named(folder, tmp_path, lacking):
    for name in FILES.values():
        if name != lacking:
            (tmp_path / name).symlink_to(folder / name)
    with pytest.raises(InputError, match=rf"lacks {lacking}, the other part of the network"):
        read_weights(tmp_path, None)


def test_another_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="is a folder: give the path of a checkpoint in it"):
        read_weights(tmp_path, "edgeconnect")
    with pytest.raises(InputError):
        read_weights(tmp_path / (300 * "x"), "edgeconnect")  # no system has such a name


@pytest.mark.parametrize("name", FILES.values())
def test_one_file_alone_is_no_network(folder, expected, name):
    stored = read_weights(folder / name, "edgeconnect")
    with pytest.raises(
        InputError, match=r"two files are one network: give the folder that holds EdgeModel_gen\.pth and"
    ):
        stored.convert(stored.state, expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda state: state.pop("edge_generator.encoder.4.bias"),
            r"1 missing \(edge_generator\.encoder\.1\.0\.bias\)",
        ),
        (lambda state: state.update(surprise=torch.zeros(1)), r"1 left over \(surprise\)"),
        (
            lambda state: state.update({"image_generator.encoder.1.weight_u": torch.zeros(64)}),
            r"weight_u has no weight_v beside it: PyTorch before 1\.0",
        ),
        (lambda state: state.update({"image_generator.decoder.7.bias": torch.zeros(2)}), "1 of another shape"),
    ],
)
def test_files_that_differ_are_refused_with_the_names(released_generators, expected, change, message):
    state = dict(released_generators)
    change(state)
    with pytest.raises(InputError, match=message):
        convert(state, expected)
