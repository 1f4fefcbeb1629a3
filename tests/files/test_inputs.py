"""Results never replace what is read, and never lie where they would be read the next time."""

from __future__ import annotations

from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.inputs import named_folders, refuse_below, refuse_overwriting


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_text("a")
    return tmp_path


@pytest.mark.parametrize("name", ["images", "images/out/deep", "images/../images", "link", "link/out"])
def test_no_folder_in_an_input(folder: Path, name: str) -> None:
    (folder / "link").symlink_to("images")
    with pytest.raises(InputError, match=r"^output: .* lies in data\.root=.*, which is read"):
        refuse_below(folder / name, {"mask.root": folder / "none", "data.root": folder / "images"})


def test_folders_beside_inputs_and_above_them(folder: Path) -> None:
    inputs = {"data.root": folder / "images", "methods.mean": "mean", "file": folder / "images" / "a.png"}
    for name in ("images2", ".", "out/images"):
        refuse_below(folder / name, inputs)


def test_no_result_is_an_input_whatever_the_links(folder: Path) -> None:
    image = folder / "images" / "a.png"
    (folder / "linked").symlink_to("images")
    (folder / "b.png").symlink_to(image)
    for result in (image, folder / "linked" / "a.png", folder / "b.png"):
        with pytest.raises(InputError, match=r"^output: .*png is .*a\.png, which is read"):
            refuse_overwriting([folder / "new.png", result], [folder / "none.png", image])
    with pytest.raises(InputError):
        refuse_overwriting([image], [folder / "b.png"])
    refuse_overwriting([folder / "new.png", folder / "none" / "a.png"], [image, folder / "missing.png"])


def test_folders_are_found_at_any_depth() -> None:
    node = {"_target_": "x", "root": "a", "mask": {"root": "b", "of": {"root": "c"}}, "bins": [1]}
    assert named_folders(node, "mask") == {"mask.root": "a", "mask.mask.root": "b", "mask.mask.of.root": "c"}
    assert named_folders({"root": None}, "data") == named_folders(3, "data") == {}
