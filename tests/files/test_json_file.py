import math
import os
from pathlib import Path
from typing import Any, Literal

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.json_file import (
    Hash,
    JSONObject,
    Name,
    Number,
    Share,
    Size,
    read_json,
    validated,
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", r"a\.json' is damaged, it cannot be read as JSON"),
        (b'{"a": 1', "damaged"),
        (b"\xff\xfe\x00", "damaged"),
        (b"[" * 100_000, "damaged.*recursion"),
        (b'{"a": NaN}', "NaN is not a number of JSON"),
        (b'{"a": -Infinity}', "-Infinity is not a number"),
        (b"1" * 10_000, "damaged"),
        (b'{"a": {"b": 1, "b": 2}}', "'b' is there twice"),
        (b" " * 20_001, "has 20001 bytes, more than the 20000"),
    ],
)
def test_damaged_files_are_named_in_one_line(tmp_path: Path, text: bytes, message: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text)
    with pytest.raises(InputError, match=message) as caught:
        read_json(path, max(20_000, len(text) if text[:1] == b"[" else 0))
    assert "a.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere' does not exist"):
        read_json(tmp_path / "nowhere", 10)
    with pytest.raises(InputError, match="is not a file"):
        read_json(tmp_path, 10)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match=r"pipe' is not a file"):
        read_json(tmp_path / "pipe", 10)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_text('{"a": [1, 2.5, "x", null, true]}')
    assert read_json(tmp_path / "a", 1000) == {"a": [1, 2.5, "x", None, True]}


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (
            Name,
            ["a.png", "a/b.png", "..a", "Ü (1).png", "\udce9"],
            ["", "/a", "../a", "a/../b", "a\0", "a" * 5000, 1, None],
        ),
        (Hash, ["0a" * 32], ["0a" * 31, "0A" * 32, "xy" * 32, "0a" * 32 + "\n", 5]),
        (Share, [0, 1, 0.5], [-0.1, 1.1, "0.5", True, 10**400, None]),
        (Number, [0, -1.5, None, "inf"], [10**400, math.inf, "1", "-inf", True, []]),
        (Size, [[1, 2]], [[1], [1, 2, 3], [0, 1], [1.5, 2], [True, 2], "ab", {}, 3, None]),
    ],
)
def test_entries_are_checked(kind: Any, good: list[Any], bad: list[Any]) -> None:
    class File(JSONObject):
        samples: list[dict[str, kind]]

    for value in good:
        (sample,) = validated(File, {"samples": [{"x": value}]}, "file").samples
        assert sample["x"] == {"inf": math.inf}.get(str(value), tuple(value) if kind is Size else value)
    for value in bad:
        with pytest.raises(InputError, match=r"^file: samples\[0\]\.x ") as caught:
            validated(File, {"samples": [{"x": value}]}, "file")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (int, 1.5, "file: x must be a whole number, not a number"),
        (int, True, "file: x must be a whole number, not true or false"),
        (float, True, "file: x must be a number, not true or false"),
        (str, 1, "file: x must be a string, not a whole number"),
        (bool, 1, "file: x must be true or false, not a whole number"),
        (dict[str, Any], [], "file: x must be an object, not a list"),
        (list[Any], None, "file: x must be a list, not null"),
        (Literal["masks"], "other", "file: x is 'other': it must be 'masks'"),
    ],
)
def test_types_are_those_of_json(kind: Any, value: Any, message: str) -> None:
    class File(JSONObject):
        x: kind

    with pytest.raises(InputError) as caught:
        validated(File, {"x": value}, "file")
    assert str(caught.value) == message
    with pytest.raises(InputError, match=r"^file has no x$"):
        validated(File, {"y": value}, "file")
    with pytest.raises(InputError, match=r"^file must be an object, not a list$"):
        validated(File, [], "file")
