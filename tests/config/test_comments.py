from pathlib import Path

import pytest

from inpaint_zoo.config.comments import comments_in, with_comments

GIVEN = """\
# about the file
size: 256                 # of an image, # included
title: "a # b"            # with a sign inside
name: 'x'
network: {width: 4}       # of the network
  # about what follows
optimizer:
  lr: 1.0e-3              # of Adam
"""


@pytest.fixture
def files(tmp_path: Path) -> list[tuple[Path, str]]:
    (tmp_path / "a.yaml").write_text(GIVEN)
    (tmp_path / "b.yaml").write_text("lr: 2\nbeta: 3  # of both\n")
    (tmp_path / "c.yaml").write_text("lr: 2  # now another\n")
    return [(tmp_path / "a.yaml", ""), (tmp_path / "b.yaml", "optimizer"), (tmp_path / "c.yaml", "optimizer")]


def test_the_comment_of_a_key_is_the_last_one_that_a_file_gives(files: list[tuple[Path, str]]) -> None:
    assert comments_in(files[:2]) == {
        "size": "of an image, # included",
        "title": "with a sign inside",
        "network": "of the network",
        "optimizer.lr": "of Adam",
        "optimizer.beta": "of both",
    }
    assert comments_in(files)["optimizer.lr"] == "now another"


def test_comments_stand_beside_their_keys_or_above_them(files: list[tuple[Path, str]]) -> None:
    text = "size: 1\noptimizer:\n  lr: 2\n  other:\n  - 3\nlr: 4\n"
    assert with_comments(text, {"size": "of an image", "optimizer.lr": "far too long for one line"}, 20) == (
        "# of an image\nsize: 1\noptimizer:\n  # far too long for\n  # one line\n  lr: 2\n  other:\n  - 3\nlr: 4"
    )
    assert with_comments(text, {"size": "of an image"}, 40).startswith("size: 1  # of an image\n")
