import os
from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.json_file import read_json


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
