from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from inpaint_zoo.zoo import create_model, list_models, load_model

Command = Callable[..., Any]
Released = Callable[[str], dict[str, Tensor]]
WRAPPERS: dict[str, Callable[[dict[str, Tensor]], dict[str, Any]]] = {
    "misf": lambda state: {"iteration": 7, "generator": state},
    "madf": lambda state: {"n_iter": 7, "model": {f"module.{key}": value for key, value in state.items()}},
    "ctsdg": lambda state: {"n_iter": 7, "generator": state},
    "rfr": lambda state: {"n_iter": 7, "generator": state, "optimizer_G": {"param_groups": []}},
    "deepfillv2": lambda state: {"G": state, "n_iter": 7},
    "pconv": lambda state: {"n_iter": 7, "model": state, "optimizer": {"state": {}}},
    "edgeconnect": lambda state: state,
}


PARTS = {"edgeconnect": {"edge_generator": "edge_generator", "image_generator": "inpaint_generator"}}
"""Networks whose generators are published apart: manifests by the part of the network."""


@pytest.fixture
def released(released_state_dict: Released) -> Released:
    """The entries of a published network, by the model's name."""

    def load(name: str) -> dict[str, Tensor]:
        if name not in PARTS:
            return released_state_dict(f"{name}_generator")
        states = {part: released_state_dict(f"{name}_{manifest}") for part, manifest in PARTS[name].items()}
        return {f"{part}.{key}": value for part, state in states.items() for key, value in state.items()}

    return load


@pytest.fixture
def published(released: Released, tmp_path: Path) -> Callable[[str], Path]:
    """A file in the published format of a model."""

    def write(name: str) -> Path:
        path = tmp_path / f"{name} (released).pth"
        torch.save(WRAPPERS[name](released(name)), path)
        return path

    return write


@pytest.mark.parametrize("name", list_models())
def test_a_published_file_becomes_one_of_ours(
    command: Command, published: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    source, output = published(name), tmp_path / "sub" / "imported, 'x'.ckpt"
    code, out, err = command("import-weights", f"model={name}", f"source={source}", f"output={output}")
    assert (code, err) == (0, "")
    assert "all of them matched" in out
    direct, imported = create_model(name, source), create_model(name, output)
    theirs = imported.state_dict()
    assert direct.state_dict().keys() == theirs.keys()
    assert all(torch.equal(value, theirs[key]) for key, value in direct.state_dict().items())
    stored = torch.load(output, weights_only=True)
    assert stored["inpaint_zoo_model"] == name
    again = ("import-weights", f"model={name}", f"source={source}", f"output={output}")
    assert "exists: give force=true" in command(*again).err
    assert command(*again, "force=true").code == 0


def test_a_folder_of_two_published_files_becomes_one_of_ours(
    command: Command, released_state_dict: Released, published: Callable[[str], Path], tmp_path: Path
) -> None:
    folder, output = tmp_path / "places2", tmp_path / "ours.ckpt"
    folder.mkdir()
    for file, manifest in (("EdgeModel_gen.pth", "edge_generator"), ("InpaintingModel_gen.pth", "inpaint_generator")):
        torch.save({"iteration": 7, "generator": released_state_dict(f"edgeconnect_{manifest}")}, folder / file)
    code, out, err = command("import-weights", "model=edgeconnect", f"source={folder}", f"output={output}")
    assert (code, err) == (0, "")
    assert "all of them matched" in out
    imported, direct = (create_model("edgeconnect", path).state_dict() for path in (output, published("edgeconnect")))
    assert all(torch.equal(value, imported[key]) for key, value in direct.items())


def test_a_checkpoint_of_ours_becomes_a_safetensors_file(
    command: Command, small_checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    source, output = small_checkpoint("misf"), tmp_path / "misf.safetensors"
    assert command("import-weights", "model=misf", f"source={source}", f"output={output}").code == 0
    assert output.stat().st_size < 0.6 * source.stat().st_size
    name, network = load_model(output)
    assert name == "misf"
    before = load_model(source)[1].state_dict()
    for key, value in network.state_dict().items():
        torch.testing.assert_close(value, before[key].half().float(), rtol=0, atol=0)


def test_published_ctsdg_sets_the_wrapped_range_and_sees_damaged_images_only(
    command: Command, published: Callable[[str], Path], tmp_path: Path
) -> None:
    output = tmp_path / "ours.ckpt"
    assert command("import-weights", "model=ctsdg", f"source={published('ctsdg')}", f"output={output}").code == 0
    arguments = torch.load(output, weights_only=True)["hyper_parameters"]["network"]
    assert arguments["edge_range"] == "wrapped"
    assert arguments["edge_source"] == "damaged"
    image, mask = torch.rand(1, 3, 128, 128), torch.zeros(1, 1, 128, 128)
    mask[..., 30:90, 40:100] = 1
    with torch.no_grad():
        gray = create_model("ctsdg", output)(image, mask).intermediates["gray"]
        assert torch.equal(gray, create_model("ctsdg", output)(image * (1 - mask), mask).intermediates["gray"])
        assert not torch.equal(
            gray, create_model("ctsdg", output, edge_range="clean")(image, mask).intermediates["gray"]
        )


@pytest.mark.parametrize(("name", "other"), [("misf", "ctsdg"), ("madf", "misf"), ("ctsdg", "madf"), ("madf", "pconv")])
def test_the_file_of_another_model_is_refused_with_its_name(
    command: Command, published: Callable[[str], Path], tmp_path: Path, name: str, other: str
) -> None:
    output = tmp_path / "ours" / "x.ckpt"
    source = published(other)
    code, _, err = command("import-weights", f"model={name}", f"source={source}", f"output={output}")
    assert code == 2
    assert err.count("\n") == 1
    assert f"error: {source} holds the model {other}, not {name}: give model={other} " in err
    assert not output.parent.exists()


@pytest.mark.parametrize("name", list_models())
def test_what_training_scripts_put_around_published_weights_is_taken_off(
    command: Command, released: Released, tmp_path: Path, name: str
) -> None:
    state = released(name)
    compiled = {f"module._orig_mod.{key}": value for key, value in state.items()}
    content = {"state_dict": {"module.n_averaged": torch.tensor(3), **compiled}, "best_psnr": np.float64(30.1)}
    torch.save(content, tmp_path / "x.pth")
    output = tmp_path / "y.pt"
    assert command("import-weights", f"model={name}", f"source={tmp_path / 'x.pth'}", f"output={output}").code == 0
    torch.save(WRAPPERS[name](state), tmp_path / "plain.pth")
    ours, theirs = (create_model(name, path).state_dict() for path in (output, tmp_path / "plain.pth"))
    assert all(torch.equal(value, theirs[key]) for key, value in ours.items())


def test_our_own_file_can_be_imported_again(
    command: Command, small_checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    source, output = small_checkpoint("madf"), tmp_path / "copy.ckpt"
    assert command("import-weights", "model=madf", f"source={source}", f"output={output}").code == 0
    again = create_model("madf", output).state_dict()
    assert all(torch.equal(value, again[key]) for key, value in create_model("madf", source).state_dict().items())
