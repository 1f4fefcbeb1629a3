import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.statement import STATEMENT
from inpaint_zoo.models.weights import NETWORK_KEY, converted, read_weights
from inpaint_zoo.zoo import create_model, load_model

Checkpoint = Callable[[str], Path]


class Attack:
    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("touch attacked",)


def test_a_file_of_ours_names_its_model_and_arguments(small_checkpoint: Checkpoint) -> None:
    stored = read_weights(small_checkpoint("misf"), None)
    assert stored.model == "misf"
    assert stored.network["num_residual_blocks"] == 1
    name, network = load_model(small_checkpoint("misf"))
    assert name == "misf"
    assert not network.training


def test_training_state_beside_the_network_is_left_out(small_checkpoint: Checkpoint, tmp_path: Path) -> None:
    content = torch.load(small_checkpoint("misf"), weights_only=True)
    content["state_dict"]["discriminator.weight"] = torch.zeros(1)
    torch.save({**content, "optimizer_states": []}, tmp_path / "x.ckpt")
    assert load_model(tmp_path / "x.ckpt")[0] == "misf"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cannot be read as a checkpoint"),
        (b"hello, this is text", "c"),
        (b"PK\x03\x04 not an archive", "cannot be read as a checkpoint"),
        (pickle.dumps([1, 2]), "c"),
        (bytes(range(256)) * 20, "c"),
    ],
    ids=["empty", "text", "half an archive", "a plain pickle", "noise"],
)
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "x.ckpt").write_bytes(content)
    with pytest.raises(InputError, match=r"x\.ckpt (cannot be read as|is not) a checkpoint") as caught:
        read_weights(tmp_path / "x.ckpt", "misf")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_truncated_file_is_refused(small_checkpoint: Checkpoint, tmp_path: Path, share: float) -> None:
    content = small_checkpoint("misf").read_bytes()
    (tmp_path / "x.ckpt").write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match="truncated"):
        read_weights(tmp_path / "x.ckpt", None)


@pytest.mark.parametrize("archive", [True, False])
def test_a_file_that_would_run_code_is_refused_and_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, archive: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"generator": Attack()}, "x.pth", _use_new_zipfile_serialization=archive)
    with pytest.raises(InputError, match="not a checkpoint that can be loaded safely"):
        read_weights(Path("x.pth"), "misf")
    assert [path.name for path in tmp_path.iterdir()] == ["x.pth"]


@pytest.mark.parametrize("part", ["state_dict", "hyper_parameters"])
@pytest.mark.parametrize("value", [None, [1]])
def test_a_checkpoint_that_lacks_a_part_is_damaged(
    small_checkpoint: Checkpoint, tmp_path: Path, part: str, value: object
) -> None:
    content = torch.load(small_checkpoint("misf"), weights_only=True)
    torch.save({**content, part: value}, tmp_path / "x.ckpt")
    with pytest.raises(InputError, match=rf"x\.ckpt is damaged: it has no {part}"):
        read_weights(tmp_path / "x.ckpt", None)


def test_a_missing_file_a_folder_and_other_content(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.ckpt does not exist"):
        read_weights(tmp_path / "nothing.ckpt", None)
    with pytest.raises(InputError, match="is a folder: give the path"):
        read_weights(tmp_path, None)
    torch.save(torch.zeros(3), tmp_path / "tensor.ckpt")
    with pytest.raises(InputError, match="holds a Tensor instead of named tensors"):
        read_weights(tmp_path / "tensor.ckpt", None)
    torch.save({"a": torch.zeros(3)}, tmp_path / "bare.ckpt")
    with pytest.raises(InputError, match=r"does not say which model it holds: .* give model=NAME"):
        read_weights(tmp_path / "bare.ckpt", None)


def test_another_model_is_named(small_checkpoint: Checkpoint) -> None:
    with pytest.raises(InputError, match="holds the model misf, not madf: give model=misf"):
        read_weights(small_checkpoint("misf"), "madf")


def test_an_unknown_model_is_named(tmp_path: Path) -> None:
    torch.save({**converted("later", torch.nn.Linear(1, 1), {}), NETWORK_KEY: None}, tmp_path / "x.ckpt")
    with pytest.raises(InputError, match="there is no model 'later'"):
        load_model(tmp_path / "x.ckpt")


@pytest.mark.parametrize(
    ("network", "reason"),
    [
        ("os.system", r"x\.ckpt: _target_ os\.system .* add allow=\[os\]"),
        ("torch.nn.Linear", r"x\.ckpt: .* torch.nn.Linear is (defined|no InpaintingNetwork)"),
        ("inpaint_zoo.models.later.LaterNetwork", "cannot be imported"),
        (["a", "list"], "give a dotted path"),
    ],
)
def test_only_a_network_that_is_allowed_is_made(tmp_path: Path, network: object, reason: str) -> None:
    torch.save({**converted("later", torch.nn.Linear(1, 1), {}), NETWORK_KEY: network}, tmp_path / "x.ckpt")
    with pytest.raises(InputError, match=reason):
        load_model(tmp_path / "x.ckpt")


def test_the_name_of_a_model_is_no_path(tmp_path: Path) -> None:
    torch.save(converted("../misf", torch.nn.Linear(1, 1), {}), tmp_path / "x.ckpt")
    with pytest.raises(InputError, match=r"names a model '\.\./misf': letters, digits"):
        load_model(tmp_path / "x.ckpt")


def test_weights_of_another_width_are_refused_with_file_and_names(small_checkpoint: Checkpoint) -> None:
    path = small_checkpoint("misf")
    with pytest.raises(InputError, match=rf"{path}: .* of another shape \(encoder0"):
        create_model("misf", path, base_channels=16)


def test_values_that_are_not_finite_are_refused(small_checkpoint: Checkpoint, tmp_path: Path) -> None:
    content = torch.load(small_checkpoint("misf"), weights_only=True)
    content["state_dict"]["network.encoder0.1.weight"][0] = torch.nan
    torch.save(content, tmp_path / "nan.ckpt")
    with pytest.raises(InputError, match=r"nan\.ckpt holds values that are not finite .* encoder0\.1\.weight"):
        load_model(tmp_path / "nan.ckpt")


def test_what_torch_adds_to_the_names_of_our_own_files_is_taken_off(
    small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    content = torch.load(small_checkpoint("misf"), weights_only=True)
    whole = content["state_dict"]
    content["state_dict"] = {
        f"module.{name.replace('network.', 'network._orig_mod.', 1)}": value for name, value in whole.items()
    }
    del whole[STATEMENT]
    torch.save({**content, "best": np.float32(0.5)}, tmp_path / "x.ckpt")
    state = load_model(tmp_path / "x.ckpt")[1].state_dict()
    assert all(torch.equal(state[name.removeprefix("network.")], value) for name, value in whole.items())


def test_names_tell_whose_a_published_file_is(tmp_path: Path) -> None:
    torch.save({"generator": {"kpn_model.conv1.conv1.0.weight": torch.zeros(1)}}, tmp_path / "x.pth")
    assert read_weights(tmp_path / "x.pth", None).model == "misf"
    with pytest.raises(InputError, match=r"x\.pth holds the model misf, not madf: give model=misf \(compare: methods"):
        read_weights(tmp_path / "x.pth", "madf")
    torch.save({"a": torch.zeros(1)}, tmp_path / "y.pth")
    with pytest.raises(InputError, match=r"there are no published files of unet"):
        read_weights(tmp_path / "y.pth", "unet")


@pytest.mark.parametrize("channels", [20_000, 10**12, 10**30])
def test_a_file_that_describes_a_network_of_any_size_takes_no_memory(
    small_checkpoint: Checkpoint, tmp_path: Path, channels: int
) -> None:
    content = torch.load(small_checkpoint("misf"), weights_only=True)
    content["hyper_parameters"]["network"]["base_channels"] = channels
    torch.save(content, tmp_path / "x.ckpt")
    with pytest.raises(InputError, match=r"x\.ckpt(: the weights do not fit| describes a network that is too large)"):
        load_model(tmp_path / "x.ckpt")
