from pathlib import Path

import pytest

from inpaint_zoo.training.runs.training_images import FILE, changed_images

BAD = "a\udcff.png"  # a name whose bytes are no UTF-8


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (["a.png", BAD], ["a.png", BAD], None),
        (["a.png"], ["a.png", "b.png"], "1 -> 2"),
        (["a.png"], ["c.png"], "1 -> 1 with other names"),
        (["a.png", "b.png"], ["b.png", "a.png"], "2 -> 2 with other names"),
        (["a.png"], [], "1 -> 0"),
    ],
)
def test_other_images_are_told(tmp_path: Path, before: list[str], after: list[str], change: str | None) -> None:
    assert changed_images(tmp_path, before) is None
    assert changed_images(tmp_path, after) == change
    assert changed_images(tmp_path, after) is None


def test_a_damaged_note_is_replaced(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[")
    assert changed_images(tmp_path, ["a.png"]) is None
    assert changed_images(tmp_path, ["b.png"]) == "1 -> 1 with other names"
