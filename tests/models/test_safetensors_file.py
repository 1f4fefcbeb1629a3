import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import safetensors.torch
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.safetensors_file import read_safetensors, write_safetensors
from inpaint_zoo.models.statement import STATEMENT
from inpaint_zoo.models.weights import converted
from inpaint_zoo.zoo import load_model


@pytest.fixture
def written(small_checkpoint: Callable[[str], Path], tmp_path: Path) -> Path:
    content = torch.load(small_checkpoint("ctsdg"), weights_only=True)
    write_safetensors(tmp_path / "ctsdg.safetensors", content)
    return tmp_path / "ctsdg.safetensors"


def test_a_network_comes_back_rounded_to_half_precision(small_checkpoint: Callable[[str], Path], written: Path) -> None:
    _, before = load_model(small_checkpoint("ctsdg"))
    name, after = load_model(written)
    assert name == "ctsdg"
    for key, value in before.state_dict().items():
        expected = value.half().float() if value.is_floating_point() else value
        torch.testing.assert_close(after.state_dict()[key], expected, rtol=0, atol=0)


def test_the_file_is_one_for_other_readers_too(written: Path) -> None:
    tensors = safetensors.torch.load_file(written)
    assert {value.dtype for value in tensors.values() if value.is_floating_point()} == {torch.float16}
    assert read_safetensors(written)["state_dict"].keys() == tensors.keys()


@pytest.mark.parametrize("share", [0.001, 0.1, 0.999])
def test_a_truncated_file_is_refused(written: Path, share: float) -> None:
    whole = written.read_bytes()
    written.write_bytes(whole[: max(9, int(len(whole) * share))])
    with pytest.raises(InputError, match="is damaged"):
        load_model(written)


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({}, "does not say which model"),
        ({"inpaint_zoo": "{"}, "is no JSON object"),
        ({"inpaint_zoo": "[1]"}, "is no JSON object"),
        ({"inpaint_zoo": "[" * 10**5}, "is no JSON object"),
        ({"inpaint_zoo": json.dumps({"inpaint_zoo_model": "../x"})}, "letters, digits and _"),
        ({"inpaint_zoo": json.dumps({"inpaint_zoo_model": "misf"})}, "has no hyper_parameters.network"),
    ],
)
def test_a_file_that_says_something_else_is_refused(metadata: dict[str, str], reason: str, tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    safetensors.torch.save_file({"a": torch.zeros(1)}, path, metadata)
    with pytest.raises(InputError, match=reason):
        load_model(path)


@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_a_weight_that_is_not_finite_is_refused(value: float, tmp_path: Path) -> None:
    network = torch.nn.Linear(1, 1)
    network.bias.data[:] = value
    with pytest.raises(InputError, match=r"network\.bias holds values that are not finite"):
        write_safetensors(tmp_path / "x", converted("misf", network, {}))
    assert not (tmp_path / "x").exists()


def test_what_half_precision_cannot_hold_stays_as_it_is(tmp_path: Path) -> None:
    network = torch.nn.Linear(1, 1)
    network.bias.data[:] = 1e6 + 1
    path = tmp_path / "x.safetensors"
    write_safetensors(path, converted("misf", network, {}))
    stored = safetensors.torch.load_file(path)
    assert {name: value.dtype for name, value in stored.items()} == {
        "network.weight": torch.float16, "network.bias": torch.float32, STATEMENT: torch.uint8,
    }  # fmt: skip
    assert stored["network.bias"].item() == 1e6 + 1
