from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inpaint_zoo.evaluation.manifest import read_manifest
from inpaint_zoo.files.hashing import file_hash
from inpaint_zoo.images.reading import image_size

Write = Callable[..., Path]


@pytest.fixture
def make(command: Callable[..., Any], images: Write, tmp_path: Path) -> Callable[..., Any]:
    """`data manifest` of three images."""
    root = images("a.png", "sub/b.png", "sub/c.jpg")
    fixed = ("data", "manifest", f"data.root={root}", "size=32", f"output={tmp_path / 'out' / 'it (1).json'}")
    return lambda *arguments: command(*fixed, *arguments)


def test_the_test_set_is_written_as_it_is_evaluated(make: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "out" / "it (1).json"
    done = make("data.eval_repeats=2", "data.eval_seed=5", "mask=box", "protocol=misf")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == f"6 samples of 3 images, written to {path}"
    manifest = read_manifest(path)
    assert [entry.name for entry in manifest.samples][:3] == ["a@1.png", "a@2.png", "sub/b@1.png"]
    assert manifest.samples[0].image == file_hash(tmp_path / "images" / "a.png")
    assert {entry.size for entry in manifest.samples} == {(32, 32)}
    assert manifest.data["eval_seed"] == 5
    assert manifest.protocol["_target_"].endswith("MISFProtocol")
    first = path.read_bytes()
    assert "exists: give force=true" in make("mask=center_box").err
    assert path.read_bytes() == first
    make("data.eval_repeats=2", "data.eval_seed=5", "mask=box", "protocol=misf", "force=true")
    assert path.read_bytes() == first


def test_images_may_keep_their_sizes(make: Callable[..., Any], tmp_path: Path) -> None:
    assert make("size=native").code == 0
    (size,) = {entry.size for entry in read_manifest(tmp_path / "out" / "it (1).json").samples}
    assert size == image_size(tmp_path / "images" / "a.png") == (36, 40)


def test_masks_that_are_missing_are_listed_and_nothing_is_written(
    make: Callable[..., Any], masks: Write, tmp_path: Path
) -> None:
    root = masks("a.png", "sub/c.png")
    done = make("mask=paired", f"mask.root={root}")
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "1 of 3" in done.err
    assert "sub/b.png" in done.err
    assert not (tmp_path / "out").exists()
    masks("sub/b.png")
    assert make("mask=paired", f"mask.root={root}").code == 0
    sources = [entry.mask_source for entry in read_manifest(tmp_path / "out" / "it (1).json").samples]
    assert sources == [{"file": name} for name in ("a.png", "sub/b.png", "sub/c.png")]


def test_an_output_is_needed(command: Callable[..., Any]) -> None:
    assert command("data", "manifest", "data=photographs").err == (
        "inpaint-zoo data manifest: error: output is missing: give output=PATH\n"
    )
