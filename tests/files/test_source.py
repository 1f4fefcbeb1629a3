"""What reads as a file: paths, and members of archives."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.data.shards.index import Member, shard_index
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.hashing import file_hash
from inpaint_zoo.files.source import Readable, is_same_file, opened
from inpaint_zoo.images.jpeg import read_training_image
from inpaint_zoo.images.reading import image_size, read_image
from inpaint_zoo.metrics.weights import read_state
from inpaint_zoo.models.weights import read_checkpoint


@pytest.fixture
def sources(tmp_path: Path) -> tuple[Readable, Readable]:
    """One image, as a file and as a member of a tar file."""
    pixels = np.random.RandomState(0).randint(0, 256, (5, 7, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        archive.add(tmp_path / "a.png", "folder/a.png")
    index = shard_index(tmp_path / "x.tar", tmp_path / "cache")
    return tmp_path / "a.png", Member(index.shard, "folder/a.png", int(index.offsets[0]), int(index.sizes[0]))


def test_both_give_the_same_bytes_from_the_first_on(sources: tuple[Readable, Readable]) -> None:
    file, member = sources
    for _ in range(2):
        with file.open("rb") as one, member.open("rb") as other:
            assert one.read(8) == other.read(8) == b"\x89PNG\r\n\x1a\n"
            assert isinstance(other, io.BytesIO)
    assert file_hash(file) == file_hash(member)
    assert image_size(file) == image_size(member) == (5, 7)
    assert np.array_equal(read_image(file), read_image(member))


def test_equal_sources_are_one_key(sources: tuple[Readable, Readable]) -> None:
    file, member = sources
    assert {file: 1, member: 2}[Path(str(file))] == 1
    assert len({member, Member(*member)}) == 1  # type: ignore[misc]


def test_both_are_named_by_their_paths(sources: tuple[Readable, Readable], tmp_path: Path) -> None:
    assert [str(source) for source in sources] == [f"{tmp_path}/a.png", f"{tmp_path}/x.tar/folder/a.png"]


def test_pipes_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "link.png").symlink_to("pipe.png")
    for name in ("pipe.png", "link.png"):
        for read in (opened, file_hash, image_size, read_image, read_training_image, read_checkpoint, read_state):
            arguments = ("a state dict",) if read is read_state else ()
            with pytest.raises(InputError, match=rf"{name}' is not a regular file, but a pipe or device"):
                read(tmp_path / name, *arguments)  # type: ignore[operator]


def test_one_file_may_have_many_paths(sources: tuple[Readable, Readable], tmp_path: Path) -> None:
    file, member = sources
    (tmp_path / "link.png").symlink_to("a.png")
    (tmp_path / "hard.png").hardlink_to(tmp_path / "a.png")
    (tmp_path / "copy.png").write_bytes((tmp_path / "a.png").read_bytes())
    assert all(is_same_file(file, tmp_path / name) for name in ("a.png", "link.png", "hard.png"))
    assert not any(is_same_file(file, other) for other in (member, tmp_path / "copy.png", tmp_path / "gone.png"))
    assert is_same_file(member, member)
