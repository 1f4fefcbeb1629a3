"""A folder of images and a file with the split of each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from inpaint_zoo.data import PartitionFileDataModule
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError

Write = Callable[..., Path]
Data = Callable[..., PartitionFileDataModule]
LINES = "000001.jpg 0\r\n000003.jpg  2\r\n\r\n000002.jpg 1\r\n000004.jpg 0"


@pytest.fixture
def root(write_images: Write) -> Path:
    root = write_images(*(f"Img/faces/00000{number}.png" for number in (1, 2, 3, 4)))
    (root / "partition.txt").write_bytes(b"\xef\xbb\xbf" + LINES.encode())
    return root


def test_the_file_says_which_split(root: Path, partition_data: Data) -> None:
    data = partition_data(root=str(root))
    assert [[image.name for image in data.images(split)] for split in Split] == [
        ["000001.png", "000004.png"],
        ["000002.png"],
        ["000003.png"],
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (LINES + "\n000005.jpg 0\n000006.jpg 0", r"lacks 2 of the 6 images of partition\.txt: 000005, 000006\. Get"),
        (LINES[:-12], r"partition\.txt does not name 1 images of '.*faces': 000004\.png"),
        ("000001.jpg 3", r"line 1: '000001\.jpg 3' is not a name and 0, 1 or 2"),
        ("000001.jpg 0\n000002.jpg", r"line 2: '000002\.jpg' is not a name"),
        (LINES + "\n000001.jpg 1", r"line 6: 000001 is there twice"),
        ("image_id,partition\n000001.jpg,0", r"line 1: 'image_id,partition' is not a name"),
        (LINES.replace(" 1", " 2"), r"puts no image into val"),
    ],
)
def test_a_file_that_does_not_match_is_refused(root: Path, partition_data: Data, content: str, words: str) -> None:
    (root / "partition.txt").write_text(content)
    with pytest.raises(InputError, match=words):
        partition_data(root=root).images(Split.VAL)


def test_what_is_missing_is_named_with_where_to_get_it(root: Path, partition_data: Data, tmp_path: Path) -> None:
    (root / "Img/faces").rename(root / "Img/other")
    with pytest.raises(InputError, match=r"has no faces or Img/faces\. Get it there"):
        partition_data(root=root).setup("fit")
    with pytest.raises(InputError, match=r"has no partition\.txt\. Get it there"):
        partition_data(root=tmp_path).setup("fit")
    with pytest.raises(InputError, match=r"data\.root is missing: .*\. Get it there"):
        partition_data(root="")
    (root / "partition.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="cannot be read as text"):
        partition_data(root=root).setup("fit")
