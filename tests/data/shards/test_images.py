"""Which members of shards are images, and what they are called."""

from __future__ import annotations

import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inpaint_zoo.data.paired_masks import PairedImage
from inpaint_zoo.data.shards.images import Naming, ShardImages, find_shard_images
from inpaint_zoo.data.shards.index import shard_index
from inpaint_zoo.errors import InputError

WriteShard = Callable[..., Path]


def found(*paths: Path, suffixes: tuple[str, ...] = ("jpg", "png"), **changes: Any) -> ShardImages:
    naming = Naming(suffixes, **({"mask_suffix": None, "shard_in_name": False} | changes))
    return find_shard_images([shard_index(path, path.parent / "indexes") for path in paths], naming)


def contents(images: ShardImages) -> dict[str, bytes]:
    return {image.name: image.path.open("rb").read() for image in images}


def test_an_image_is_known_by_what_stands_behind_the_first_dot(write_shard: WriteShard) -> None:
    shard = write_shard(
        "x.tar",
        ("b.jpg", b"b"),
        ("b.json", b"{}"),
        ("./v1.2/a.PNG", b"a"),
        ("c.seg.png", b"no"),
        ("d.cls", b"no"),
        ("._e.jpg", b"no"),
        (".f.jpg", b"no"),
        ("g", b"no"),
        ("__meta__/h.jpg", b"no"),
    )
    assert contents(found(shard)) == {"b.jpg": b"b", "v1.2/a.PNG": b"a"}
    assert contents(found(shard, suffixes=("seg.png",))) == {"c.seg.png": b"no"}


def test_images_of_all_shards_are_sorted_by_name(write_shard: WriteShard) -> None:
    shards = [write_shard("2.tar", ("c.jpg", b"c"), ("a.jpg", b"a")), write_shard("1.tar", ("b.jpg", b"b"))]
    images = found(*shards)
    assert list(contents(images).items()) == [("a.jpg", b"a"), ("b.jpg", b"b"), ("c.jpg", b"c")]
    assert [str(image.path) for image in images] == [
        f"{shards[number]}/{name}.jpg" for number, name in [(0, "a"), (1, "b"), (0, "c")]
    ]


def test_parts_stay_packed_and_arrive_in_other_processes(write_shard: WriteShard) -> None:
    images = found(write_shard("x.tar", *((f"{name}.jpg", name.encode()) for name in "abcdef")))
    part = images.select(np.array([4, 1]))[:1]
    assert isinstance(part, ShardImages)
    assert contents(pickle.loads(pickle.dumps(part))) == {"e.jpg": b"e"}
    assert images.places(["c.jpg", "x.jpg"]) == [2]
    assert images[-1] == images[5]
    assert hash(images[2].path) == hash(found(images.shards[0].path)[2].path)


def test_masks_belong_to_the_images_before_the_same_dot(write_shard: WriteShard) -> None:
    members = [("x/a.jpg", b"a"), ("x/a.mask.png", b"mask a"), ("x/b.mask.png", b"mask b"), ("x/b.jpg", b"b")]
    shard = write_shard("x.tar", *members)
    images = list(found(shard, mask_suffix="mask.png"))
    for image, name in zip(images, "ab", strict=True):
        assert isinstance(image, PairedImage)
        assert image.mask.name == f"x/{name}.mask.png"
        assert image.mask.path.open("rb").read() == f"mask {name}".encode()
    assert not any(isinstance(image, PairedImage) for image in found(shard))
    with pytest.raises(InputError, match=r"x\.tar': 1 of 2 images have no mask \.mask\.png, the first is 'x/b\.jpg'"):
        found(write_shard("x.tar", *members[:2], members[3]), mask_suffix="mask.png")


def test_repeated_names_are_refused_unless_the_shard_is_part_of_them(write_shard: WriteShard) -> None:
    shards = [write_shard(name, ("0.jpg", name.encode())) for name in ("a.tar", "é.tar")]
    with pytest.raises(InputError, match=r"a\.tar' and '.*é\.tar' both hold '0\.jpg': set data\.shard_in_name=true"):
        found(*shards)
    images = found(*shards, shard_in_name=True)
    assert contents(images) == {"a/0.jpg": b"a.tar", "é/0.jpg": "é.tar".encode()}
    assert str(images[0].path) == f"{shards[0]}/0.jpg"


def test_the_error_of_repeated_names_says_what_helps(write_shard: WriteShard) -> None:
    same = [write_shard(name, ("0.jpg", b"x")) for name in ("x/a.tar", "y/a.tar")]
    with pytest.raises(
        InputError, match=r"both hold '0\.jpg': rename one of the shards, and set data\.shard_in_name=true"
    ):
        found(*same)
    with pytest.raises(InputError, match=r"both hold 'a/0\.jpg': rename one of the shards$"):
        found(*same, shard_in_name=True)
    with pytest.raises(InputError, match=r"x\.tar' holds 'd/0\.jpg' twice: keep one of them$"):
        found(write_shard("x.tar", ("d/0.jpg", b"x"), ("d/./0.jpg", b"y")))


@pytest.mark.parametrize("second", ["a.jpg", "a.png", "a.JPG"])
def test_a_sample_has_one_image(write_shard: WriteShard, second: str) -> None:
    shard = write_shard("x.tar", ("a.jpg", b"1"), ("b.jpg", b"2"), (second, b"3"))
    with pytest.raises(InputError, match=rf"x\.tar' holds 'a\.jpg' and '{second}', which are one sample: keep one"):
        found(shard)


@pytest.mark.parametrize(
    ("members", "there"), [([], "nothing"), ([("a.b.jpg", b"x"), ("a.txt", b"x")], r"\.b\.jpg, \.txt")]
)
def test_a_shard_without_images_says_what_it_holds(
    write_shard: WriteShard, members: list[tuple[str, bytes]], there: str
) -> None:
    whole = write_shard("whole.tar", ("0.jpg", b"x"))
    with pytest.raises(InputError, match=rf"x\.tar' holds no images \(\.jpg, \.png\), but {there}: remove it"):
        found(whole, write_shard("x.tar", *members))


@pytest.mark.parametrize("name", ["../a.jpg", "x/../../a.jpg", "/etc/a.jpg", "x" * 5000 + ".jpg"])
def test_names_that_lead_elsewhere_are_refused(write_shard: WriteShard, name: str) -> None:
    with pytest.raises(InputError, match=r"x\.tar': the member '.*' is not named as a file in a folder") as caught:
        found(write_shard("x.tar", (name, b"x")))
    assert len(str(caught.value)) < 500


def test_names_are_printable_and_composed(write_shard: WriteShard) -> None:
    shard = write_shard(
        "x.tar", ("e\N{COMBINING ACUTE ACCENT}.jpg", b"e"), ("\udcff.jpg", b"f"), form=tarfile.GNU_FORMAT
    )
    assert contents(found(shard)) == {"\\xff.jpg": b"f", "é.jpg": b"e"}
