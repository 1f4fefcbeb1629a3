from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from inpaint_zoo.bundles.card import read_card, text_below
from inpaint_zoo.hybrid import FilteredModel
from inpaint_zoo.models.weights import converted
from inpaint_zoo.zoo import load_model

Command = Callable[..., Any]
Checkpoint = Callable[[str], Path]
Images = Callable[..., Path]


@pytest.fixture
def results(command: Command, small_checkpoint: Checkpoint, images: Images, masks: Images, tmp_path: Path) -> Path:
    """Results of a comparison of the small MISF with a fill."""
    names = ("a.png", "b.png")
    data = [f"data.root={images(*names)}", "mask=files", f"mask.root={masks(*names)}", "size=64"]
    methods = [f"methods.mine={small_checkpoint('misf')}", "methods.opencv_telea=opencv_telea"]
    assert command("compare", *data, *methods, f"output={tmp_path / 'compared'}", "lpips=false").code == 0
    return tmp_path / "compared" / "results.json"


def test_a_folder_for_a_hub(command: Command, small_checkpoint: Checkpoint, results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    arguments = (f"ckpt={small_checkpoint('misf')}", f"output={folder}", f"results={results}", "licence=cc-by-4.0")
    code, out, err = command("bundle", *arguments)
    assert (code, err) == (0, "")
    assert f"hf upload OWNER/NAME {folder}" in out
    name, network = load_model(folder / "model.safetensors")
    assert name == "misf"
    original = load_model(small_checkpoint("misf"))[1].state_dict()
    assert all(torch.equal(value, original[key].half().float()) for key, value in network.state_dict().items())
    card = read_card(folder / "README.md")
    assert (card.model, card.licence, card.images) == ("misf", "cc-by-4.0", "2 images, protocol standard")
    assert list(card.numbers) == ["misf", "opencv_telea"]
    assert card.numbers["misf"].keys() == {"hole_psnr"}  # LPIPS was off
    text = text_below(folder / "README.md")
    assert "| PSNR over the hole, dB | misf | " in text
    assert f"{card.numbers['opencv_telea']['hole_psnr']['all']:.2f} |" in text
    assert "Not told yet" in text


def test_without_results_nothing_is_said_to_be_measured(
    command: Command, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    assert command("bundle", f"ckpt={small_checkpoint('ctsdg')}", f"output={tmp_path / 'x'}").code == 0
    card = read_card(tmp_path / "x" / "README.md")
    assert (card.licence, card.numbers) == ("other", {"ctsdg": {}})
    assert "Not measured." in text_below(tmp_path / "x" / "README.md")


def test_results_of_other_weights_are_refused(
    command: Command, small_checkpoint: Checkpoint, results: Path, tmp_path: Path
) -> None:
    code, _, err = command(
        "bundle", f"ckpt={small_checkpoint('madf')}", f"output={tmp_path / 'x'}", f"results={results}"
    )
    assert code == 2
    assert f"results: {results} holds no results of {small_checkpoint('madf')}" in err
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("licence", ["", "null", "[a,b]", "two words", "x" * 100])
def test_a_licence_is_a_word(command: Command, small_checkpoint: Checkpoint, tmp_path: Path, licence: str) -> None:
    out = tmp_path / "x"
    code, _, err = command("bundle", f"ckpt={small_checkpoint('misf')}", f"output={out}", f"licence={licence}")
    assert code == 2
    assert "write it as hubs do: mit, cc-by-4.0, other" in err
    assert not out.exists()


def test_nothing_is_replaced_unasked(command: Command, small_checkpoint: Checkpoint, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    arguments = ("bundle", f"ckpt={small_checkpoint('misf')}", f"output={tmp_path}")
    assert "exists: give force=true" in command(*arguments).err
    assert (tmp_path / "README.md").read_text() == "mine"
    assert command(*arguments, "force=true").code == 0
    again = command("bundle", f"ckpt={tmp_path / 'model.safetensors'}", f"output={tmp_path}", "force=true")
    assert again.code == 2  # it would replace what it reads


def test_a_network_without_a_name_for_others_is_shared_as_it_is(command: Command, tmp_path: Path) -> None:
    arguments = {"model": "misf", "network": {"base_channels": 4, "num_residual_blocks": 1}, "base_channels": 4}
    network = FilteredModel(**arguments)  # type: ignore[arg-type]
    torch.save(converted("misf_filtered", network, arguments), tmp_path / "x.ckpt")
    code, _, err = command("bundle", f"ckpt={tmp_path / 'x.ckpt'}", f"output={tmp_path / 'out'}")
    assert code == 2
    assert "holds misf_filtered, which is no model" in err
    assert "share the file itself, as ckpt=hf://OWNER/NAME/x.ckpt" in err
    assert not list(tmp_path.glob("out/*"))
