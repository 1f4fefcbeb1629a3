import math
from pathlib import Path
from typing import Any

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.training.runs.nan_file import NanFile, nan_path, read_nan_file, replay_command, write_nan_file

CONTENT = NanFile(
    step=3,
    epoch=1,
    batch_number=4,
    rank=0,
    seed=None,
    precision="32-true",
    device="cpu",
    losses={"l1": 0.5, "style": math.nan},
    batch={"image": torch.rand(2, 3, 8, 16), "mask": torch.ones(2, 1, 8, 16), "name": ["a", "b"]},
    state_dict={"network.weight": torch.tensor([1.0, math.nan])},
    random={"torch": torch.get_rng_state()},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = nan_path(tmp_path, 0)
    write_nan_file(path, CONTENT)
    return path


def test_a_file_is_read_as_it_was_written(path: Path) -> None:
    assert path.name == "rank0.pt"
    assert [each.name for each in path.parent.iterdir()] == ["rank0.pt"]
    again = read_nan_file(path)
    assert {name: getattr(again, name) for name in ("step", "epoch", "batch_number", "seed", "precision")} == {
        "step": 3, "epoch": 1, "batch_number": 4, "seed": None, "precision": "32-true",
    }  # fmt: skip
    assert again.batch["name"] == ["a", "b"]
    tensors = [
        {**vars(each), "batch": {key: each.batch[key] for key in ("image", "mask")}} for each in (again, CONTENT)
    ]
    for name in ("losses", "batch", "state_dict", "random"):
        torch.testing.assert_close(*(each[name] for each in tensors), rtol=0, atol=0, equal_nan=True)


def test_the_newest_file_of_a_process_replaces_the_one_before(path: Path) -> None:
    write_nan_file(path, NanFile(**{**vars(CONTENT), "step": 9}))
    assert read_nan_file(path).step == 9
    assert len(list(path.parent.iterdir())) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("step", "3"),
        ("epoch", True),
        ("seed", 1.5),
        ("precision", 32),
        ("losses", {"l1": "0.5"}),
        ("state_dict", {"network.weight": 1.0}),
        ("state_dict", [torch.ones(1)]),
        ("random", None),
        ("batch", {}),
        ("batch", {**CONTENT.batch, "image": torch.ones(3)}),
        ("batch", {**CONTENT.batch, "image": torch.ones(2, 1, 8, 16)}),
        ("batch", {**CONTENT.batch, "mask": torch.ones(2, 1, 8, 8)}),
        ("batch", {**CONTENT.batch, "image": torch.ones(2, 3, 8, 16, dtype=torch.int64)}),
        ("batch", {**CONTENT.batch, "name": ["a"]}),
        ("batch", {**CONTENT.batch, "name": [1, 2]}),
    ],
)
def test_an_entry_of_another_kind_is_one_line(path: Path, name: str, value: Any) -> None:
    content = torch.load(path, weights_only=True)
    torch.save(content | {name: value}, path)
    with pytest.raises(InputError, match=rf"rank0\.pt is damaged: {name} cannot be read$"):
        read_nan_file(path)


def test_other_files_are_refused(path: Path) -> None:
    torch.save({"state_dict": {}}, path)
    with pytest.raises(InputError, match="holds no batch: give a file that a training has written to nan/"):
        read_nan_file(path)
    path.write_bytes(b"no file of torch")
    with pytest.raises(InputError, match="is not a checkpoint that can be loaded safely"):
        read_nan_file(path)
    torch.save({"inpaint_zoo_nan": "0.1.0"}, path)
    with pytest.raises(InputError, match="is damaged: step, epoch, "):
        read_nan_file(path)


def test_the_command_can_be_pasted() -> None:
    assert replay_command(Path("it's/nan/rank1.pt")) == """inpaint-zoo replay 'it'"'"'s/nan/rank1.pt'"""
