import os
from pathlib import Path
from typing import Any

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.json_file import Fields, read_json


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", r"a\.json' is damaged, it cannot be read as JSON"),
        (b'{"a": 1', "damaged"),
        (b"\xff\xfe\x00", "damaged"),
        (b"[" * 100_000, "damaged.*recursion"),
        (b'{"a": NaN}', "NaN is no number of JSON"),
        (b'{"a": -Infinity}', "-Infinity is no number"),
        (b"1" * 10_000, "damaged"),
        (b'{"a": {"b": 1, "b": 2}}', "'b' stands there twice"),
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
    with pytest.raises(InputError, match="is no file"):
        read_json(tmp_path, 10)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match=r"pipe' is no file"):
        read_json(tmp_path / "pipe", 10)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_text('{"a": [1, 2.5, "x", null, true]}')
    assert read_json(tmp_path / "a", 1000) == {"a": [1, 2.5, "x", None, True]}


@pytest.mark.parametrize(
    ("method", "good", "bad"),
    [
        ("name", ["a.png", "a/b.png", "..a", "Ü (1).png"], ["", "/a", "../a", "a/../b", "a\0", "a" * 5000, 1, None]),
        ("hash", ["0a" * 32], ["0a" * 31, "0A" * 32, "xy" * 32, 5]),
        ("share", [0, 1, 0.5], [-0.1, 1.1, "0.5", True]),
        ("size", [[1, 2]], [[1], [1, 2, 3], [0, 1], [1.5, 2], [True, 2], "ab", {}]),
    ],
)
def test_entries_are_checked(method: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        taken = getattr(Fields({"x": value}, "file: samples[3]"), method)("x")
        assert taken == (tuple(value) if method == "size" else value)
    for value in bad:
        with pytest.raises(InputError, match=r"^file: samples\[3\]\.x "):
            getattr(Fields({"x": value}, "file: samples[3]"), method)("x")


def test_types_are_those_of_json() -> None:
    fields = Fields({"whole": 1, "real": 1.5, "yes": True, "list": []}, "file")
    assert fields.take("whole", int) == fields.take("whole", float) == 1
    for name, kind in (("real", int), ("yes", int), ("yes", float), ("whole", str), ("list", dict)):
        with pytest.raises(InputError, match=rf"file\.{name} must be a"):
            fields.take(name, kind)
    with pytest.raises(InputError, match="file has no other"):
        fields.take("other", str)
    with pytest.raises(InputError, match="file must be an object, not a list"):
        Fields([], "file")
