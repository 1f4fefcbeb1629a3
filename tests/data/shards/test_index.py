"""The index of a shard is correct, stored, made again when needed, and never made from a damaged shard."""

from __future__ import annotations

import contextlib
import gzip
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inpaint_zoo.data.shards import index as shards
from inpaint_zoo.data.shards.index import MAX_MEMBER_BYTES, Index, Member, shard_index
from inpaint_zoo.errors import InputError

WriteShard = Callable[..., Path]
MEMBERS = [("a.jpg", b"first"), ("folder/b.json", b""), ("Ünï 写.png", b"x" * 700), ("l" * 300 + ".jpg", b"long name")]


@pytest.fixture
def shard(write_shard: WriteShard) -> Path:
    return write_shard("shard.tar", *MEMBERS)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "indexes"


def contents(index: Index) -> list[tuple[str, bytes]]:
    spans = zip(index.names, index.offsets.tolist(), index.sizes.tolist(), strict=True)
    return [(name.decode(), Member(index.shard, "", *span).open().read()) for name, *span in spans]


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_members_are_where_the_index_says(write_shard: WriteShard, cache: Path, form: int) -> None:
    assert contents(shard_index(write_shard("shard.tar", *MEMBERS, form=form), cache)) == MEMBERS


def test_links_are_followed_inside_the_shard_or_named(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/a.jpg").write_bytes(b"a")
    (tmp_path / "folder/b.jpg").hardlink_to(tmp_path / "folder/a.jpg")
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        archive.add(tmp_path / "folder", "folder", filter=lambda member: member)
        assert any(member.islnk() for member in archive.getmembers())
    assert sorted(contents(shard_index(tmp_path / "x.tar", cache))) == [("folder/a.jpg", b"a"), ("folder/b.jpg", b"a")]
    (tmp_path / "folder/c.jpg").symlink_to("/etc/passwd")
    for name, kind in [("c.jpg", "a link"), ("pipe", "not a regular file")]:
        if name == "pipe":
            os.mkfifo(tmp_path / "folder/pipe")
        with tarfile.open(tmp_path / "y.tar", "w") as archive:
            archive.add(tmp_path / "folder" / name, name)
        with pytest.raises(InputError, match=rf"^shard '.*y\.tar': the member '{name}' is {kind}: pack the files"):
            shard_index(tmp_path / "y.tar", cache)


def test_a_shard_is_scanned_once(shard: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = shard_index(shard, cache)
    monkeypatch.setattr(shards, "_scan", None)
    assert contents(shard_index(shard, cache)) == contents(first) == MEMBERS


@pytest.mark.parametrize("change", ["date", "replaced"])
def test_a_changed_shard_is_scanned_again(shard: Path, write_shard: WriteShard, cache: Path, change: str) -> None:
    shard_index(shard, cache)
    before = shard.stat()
    # of the same length: the old index would read on without noticing
    other = write_shard("other.tar", ("b.jpg", b"other"), *MEMBERS[1:])
    if change == "date":
        shard.write_bytes(other.read_bytes())
        os.utime(shard, ns=(0, before.st_mtime_ns + 1))
    else:
        os.utime(other, ns=(0, before.st_mtime_ns))
        other.replace(shard)
    assert shard.stat().st_size == before.st_size
    assert contents(shard_index(shard, cache))[0] == ("b.jpg", b"other")


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255), cut=st.booleans())
def test_a_damaged_index_is_made_again(shard: Path, cache: Path, place: float, change: int, cut: bool) -> None:
    shard_index(shard, cache)
    (stored,) = cache.iterdir()
    data = bytearray(stored.read_bytes())
    where = int(place * len(data))
    if cut:
        del data[where:]
    else:
        data[where] ^= change
    stored.write_bytes(data)
    assert contents(shard_index(shard, cache)) == MEMBERS


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(shard: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert contents(shard_index(shard, tmp_path / "file" / "cache")) == MEMBERS


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1))
def test_a_shard_that_was_cut_off_is_never_taken_for_whole(shard: Path, tmp_path: Path, share: float) -> None:
    with tarfile.open(shard) as archive:
        end = max(-(-(member.offset_data + member.size) // 512) * 512 for member in archive)
    cut = tmp_path / "cut.tar"
    cut.write_bytes(shard.read_bytes()[: int(share * end)])
    with pytest.raises(InputError, match=r"shard .*cut\.tar' is .*: copy it again") as caught:
        shard_index(cut, tmp_path / "cache")
    assert "\n" not in str(caught.value)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_damage_is_refused_or_stays_inside_the_shard(shard: Path, tmp_path: Path, place: float, change: int) -> None:
    data = bytearray(shard.read_bytes())
    data[int(place * len(data))] ^= change
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(data)
    with contextlib.suppress(InputError):
        index = shard_index(damaged, tmp_path / "cache")
        assert len(index.names) <= len(MEMBERS)
        assert all(index.sizes >= 0)
        assert all(index.offsets + index.sizes <= len(data))


def test_a_damaged_header_is_not_the_end(write_shard: WriteShard, cache: Path) -> None:
    shard = write_shard("x.tar", *((f"{number}.jpg", b"x") for number in range(4)))
    data = bytearray(shard.read_bytes())
    data[2 * 1024 + 10] ^= 1
    shard.write_bytes(data)
    with pytest.raises(InputError, match=r"x\.tar' is damaged or cut off after member '1\.jpg'"):
        shard_index(shard, cache)


@pytest.mark.parametrize("num_zeros", [512, 1024, 10240])
def test_nothing_may_stand_behind_the_end(write_shard: WriteShard, cache: Path, num_zeros: int) -> None:
    first, second = (write_shard(f"{name}.tar", (f"{name}.jpg", b"x" * 600)).read_bytes() for name in "ab")
    start = len(first.rstrip(b"\0")) // 512 * 512 + 512
    shard = write_shard("both.tar")
    shard.write_bytes(first[:start] + bytes(num_zeros) + second)
    with pytest.raises(InputError, match=r"both\.tar' goes on after its end after member 'a\.jpg': .* put together"):
        shard_index(shard, cache)


def test_one_block_of_zeros_is_no_end(write_shard: WriteShard, cache: Path) -> None:
    shard = write_shard("x.tar", ("a.jpg", b"x"))
    shard.write_bytes(shard.read_bytes()[:1024] + bytes(512))
    with pytest.raises(InputError, match=r"x\.tar' is damaged or cut off after member 'a\.jpg'"):
        shard_index(shard, cache)
    shard.write_bytes(shard.read_bytes() + bytes(512))
    assert contents(shard_index(shard, cache)) == [("a.jpg", b"x")]


def test_a_member_may_not_reach_beyond_the_end_or_back(write_shard: WriteShard, cache: Path) -> None:
    for size in (b"77777777777\0", b"\xff" * 12):  # eight gigabytes, and minus one
        shard = write_shard("x.tar", ("a.jpg", b"x"))
        header = bytearray(shard.read_bytes())
        header[124:136] = size
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header[:512])
        shard.write_bytes(header)
        with pytest.raises(InputError, match=r"x\.tar' is not a complete tar file"):
            shard_index(shard, cache)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a complete tar file"),
        (b"nothing" * 1000, "not a complete tar file"),
        (b"\0" * 300, "not a complete tar file"),
        (gzip.compress(b"x"), "compressed"),
    ],
    ids=["empty", "text", "zeros", "gzip"],
)
def test_what_is_no_tar_file_is_named(tmp_path: Path, cache: Path, data: bytes, words: str) -> None:
    (tmp_path / "x.tar").write_bytes(data)
    with pytest.raises(InputError, match=rf"^shard '.*x\.tar' is {words}"):
        shard_index(tmp_path / "x.tar", cache)


def test_what_is_no_file_is_named(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(InputError, match="is not a file"):
        shard_index(tmp_path, cache)
    with pytest.raises(InputError, match="cannot be read"):
        shard_index(tmp_path / "nowhere.tar", cache)


def first_member(index: Index) -> Member:
    return Member(index.shard, "a.jpg", int(index.offsets[0]), int(index.sizes[0]))


def test_a_shard_that_changed_under_way_is_named(shard: Path, cache: Path) -> None:
    member = first_member(shard_index(shard, cache))
    os.utime(shard, ns=(0, 0))
    with pytest.raises(InputError, match=r"shard\.tar' is another file than when .* began: start again"):
        member.open()
    member = first_member(shard_index(shard, cache))
    assert member.open().read() == b"first"
    shard.write_bytes(b"")
    with pytest.raises(InputError, match=r"shard\.tar/a\.jpg' is cut off"):
        member.open()


def test_a_shard_that_went_away_is_named(shard: Path, cache: Path) -> None:
    member = first_member(shard_index(shard, cache))
    shard.unlink()
    with pytest.raises(InputError, match=r"shard\.tar/a\.jpg' cannot be read \(No such file"):
        member.open()


def test_a_member_that_is_too_large_is_not_read(shard: Path, cache: Path) -> None:
    member = first_member(shard_index(shard, cache))._replace(num_bytes=MAX_MEMBER_BYTES + 1)
    with pytest.raises(InputError, match=rf"a\.jpg' has {MAX_MEMBER_BYTES + 1} bytes, more than"):
        member.open()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files as Linux lists them")
def test_few_shards_are_open_at_once(write_shard: WriteShard, cache: Path) -> None:
    members = [
        first_member(shard_index(write_shard(f"{number}.tar", ("a.jpg", b"%d" % number)), cache))
        for number in range(150)
    ]
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert [member.open().read() for member in members] == [b"%d" % number for number in range(150)]
    assert len(list(Path("/proc/self/fd").iterdir())) - before <= 64
