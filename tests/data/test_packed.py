"""Packed image files: the same files as a list of them, by slices, by names, in other processes."""

from __future__ import annotations

import os
import pickle
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inpaint_zoo.data import packed as module
from inpaint_zoo.data.packed import PackedImages, image_name, name_hash, name_hashes
from inpaint_zoo.data.sources.list_reader import read_list
from inpaint_zoo.images.finding import find_images

BASE = "/data/set"


def packed(*paths: str, masks: tuple[str, ...] = ()) -> PackedImages:
    """The images of a list with these lines."""
    lines = [path.encode() for path in paths]
    with_masks = [line + b"\t" + mask.encode() for line, mask in zip(lines, masks, strict=True)] if masks else lines
    text = b"\n".join(with_masks)
    starts = np.cumsum([0, *(len(line) + 1 for line in with_masks[:-1])], dtype=np.uint32)
    ends = starts + np.array([len(line) for line in lines], np.uint32)
    mask_ends = starts + np.array([len(line) for line in with_masks], np.uint32) if masks else None
    hashes = (name_hashes(text, starts, ends, BASE) >> np.uint64(32)).astype(np.uint32)
    return PackedImages(np.frombuffer(text, np.uint8), starts, ends, mask_ends, hashes, BASE)


def test_parts_stay_packed_and_images_are_found_by_name() -> None:
    images = packed("c.png", "x/b.png", "a.png")
    part = images[1:]
    assert isinstance(part, PackedImages)
    assert [image.name for image in part] == ["x/b.png", "a.png"]
    assert images[-1] == ("a.png", Path(BASE, "a.png"))
    assert [image.name for image in images.select(np.array([2, 0]))] == ["a.png", "c.png"]
    assert images.places(["a.png", "c.png", "none.png"]) == [0, 2]
    with pytest.raises(IndexError):
        _ = images[3]


def test_masks_go_with_their_images() -> None:
    images = packed("a.png", "b.png", masks=("m/1.png", "2.png"))
    for image in (images[1], images[1:][0], pickle.loads(pickle.dumps(images))[1]):
        assert image.mask == ("2.png", Path(BASE, "2.png"))  # type: ignore[attr-defined]


def test_names_with_the_same_hash_are_distinguished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "name_hash", lambda name: 7 << 32)
    images = packed("a.png", "b.png")
    images.hashes[:] = 7
    assert images.places(["b.png"]) == [1]


PARTS = st.sampled_from(["a", "bc.png", ".", "..", "", "\u00fc", "u\u0308"])


@given(st.lists(PARTS, min_size=1, max_size=6).map("/".join).filter(lambda path: path and not path.endswith("/")))
def test_a_name_is_the_normal_path_below_the_base(path: str) -> None:
    place = os.path.normpath(os.path.join(BASE, path))  # noqa: PTH118
    inside = place.removeprefix(BASE + "/") if place.startswith(BASE + "/") else place.lstrip("/")
    assert image_name(path.encode(), BASE.encode()).decode() == inside.replace("u\u0308", "\u00fc")


@given(st.lists(st.lists(PARTS, min_size=1, max_size=4).map("/".join).filter(len), min_size=1, max_size=5))
def test_names_of_many_lines_are_hashed_as_one_by_one(paths: list[str]) -> None:
    text, lines = "\n".join(paths).encode(), [path.encode() for path in paths]
    starts = np.cumsum([0, *(len(line) + 1 for line in lines[:-1])], dtype=np.uint32)
    ends = starts + np.array([len(line) for line in lines], np.uint32)
    expected = [name_hash(image_name(line, BASE.encode())) for line in lines]
    assert name_hashes(text, starts, ends, BASE).tolist() == expected


def test_the_hash_is_that_of_every_machine() -> None:
    assert name_hash("ü.png".encode()) == int(sha256("ü.png".encode()).hexdigest()[:16], 16)


def test_names_are_those_of_a_folder(tmp_path: Path) -> None:
    for name in ("b.png", "u\u0308/a.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "list.txt").write_text("b.png\nu\u0308/a.png\n")
    listed = read_list(tmp_path / "list.txt", None, "data.train")
    assert [image.name for image in listed] == [image.name for image in find_images(tmp_path, "data.root")]
