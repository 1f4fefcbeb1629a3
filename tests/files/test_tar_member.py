import gzip
import io
import tarfile
from pathlib import Path

import pytest

from inpaint_zoo.errors import DamagedFileError, InputError
from inpaint_zoo.files import tar_member as module
from inpaint_zoo.files.tar_member import tar_member


def packed(*members: tuple[str, bytes], kind: bytes = tarfile.REGTYPE) -> io.BytesIO:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.type, info.size = kind, len(data) if kind == tarfile.REGTYPE else 0
            info.linkname = "/etc/hostname"
            archive.addfile(info, io.BytesIO(data))
    file.seek(0)
    return file


def test_the_first_member_with_the_end_is_read() -> None:
    members = [("a/other.ckpt", b"1"), ("a/w/x.ckpt", b"2" * 1000), ("b/w/x.ckpt", b"3")]
    assert tar_member(packed(*members), "/w/x.ckpt") == b"2" * 1000
    assert tar_member(packed(*members), "/w/y.ckpt") is None


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_links_and_other_members_are_not_followed(kind: bytes) -> None:
    assert tar_member(packed(("w/x.ckpt", b""), kind=kind), "/x.ckpt") is None


@pytest.mark.parametrize(
    "data",
    [b"", b"text", gzip.compress(b"text" * 1000), packed(("x", b"a" * 5000)).getvalue()[:60]],
    ids=["empty", "text", "compressed text", "cut"],
)
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    with pytest.raises(DamagedFileError, match="no archive of tar and gzip, or a damaged one"):
        tar_member(io.BytesIO(data), "/x")


def test_an_archive_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 100_000)
    for end in ("/x", "/y"):
        with pytest.raises(InputError, match="holds more than 100000 bytes"):
            tar_member(packed(("w/x", bytes(10**6))), end)
    assert not list(tmp_path.iterdir())
