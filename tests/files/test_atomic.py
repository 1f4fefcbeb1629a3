from collections.abc import Callable
from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import writable_file, writable_folder, write_bytes, write_text


def failing_chunks():
    yield b"first half"
    raise OSError(28, "No space left on device")


def test_makes_folders_and_replaces(tmp_path: Path):
    path = tmp_path / "a" / "b" / "Ünï, x.txt"
    write_text(path, "old")
    write_text(path, "猫\n")
    assert path.read_bytes() == "猫\n".encode()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert path.stat().st_mode & 0o400


def test_mode_is_that_of_an_ordinary_file(tmp_path: Path):
    (tmp_path / "ordinary").write_text("")
    write_text(tmp_path / "ours", "")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "ordinary").stat().st_mode


def test_failure_keeps_the_older_file_and_leaves_nothing(tmp_path: Path):
    path = tmp_path / "kept.txt"
    path.write_text("kept")
    with pytest.raises(InputError, match=r"kept\.txt.*No space left"):
        write_bytes(path, failing_chunks())
    assert path.read_text() == "kept"
    assert list(tmp_path.iterdir()) == [path]


def test_error_of_the_caller_passes_through_and_leaves_nothing(tmp_path: Path):
    with pytest.raises(ZeroDivisionError):
        write_bytes(tmp_path / "x", (bytes([1 // zero]) for zero in (1, 0)))
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_a_file_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        write_text(tmp_path / "file" / "x.txt", "")


def test_bytes_of_a_name_that_is_no_utf8_pass_through(tmp_path: Path):
    write_text(tmp_path / "x", b"caf\xe9".decode("utf-8", "surrogateescape"))
    assert (tmp_path / "x").read_bytes() == b"caf\xe9"


@pytest.mark.parametrize("check", [writable_file, writable_folder])
def test_what_cannot_be_an_output_is_named(tmp_path: Path, check: Callable[[str | None], Path]) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for path in (f"{tmp_path}/{300 * 'x'}", f"{tmp_path}{30 * f'/{200 * chr(120)}'}/a", f"{tmp_path}/link/a"):
        with pytest.raises(InputError, match=r"^output: cannot write"):
            check(path)
    for missing in (None, ""):
        with pytest.raises(InputError, match=r"^output is missing: give output=PATH$"):
            check(missing)
    assert check(f"{tmp_path}/new/a.png") == tmp_path / "new/a.png"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^output: cannot write .*: choose the name of a file$"):
        writable_file(str(tmp_path))
