"""Which shards a name stands for, and how remote ones become files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from inpaint_zoo.data.shards.addresses import local_copy, shard_addresses, shards_folder
from inpaint_zoo.errors import InputError

WriteShard = Callable[..., Path]


@pytest.fixture
def root(write_shard: WriteShard, tmp_path: Path) -> Path:
    for name in ("train-00.tar", "train-01.tar", "train-02.tar", "more/b.tar", "more/a.tar", "odd {x, [1].tar"):
        write_shard(name)
    (tmp_path / "more/.hidden.tar").touch()
    (tmp_path / "more/notes.txt").touch()
    return tmp_path


def names(given: str | list[str], root: Path) -> list[str]:
    return [str(Path(address).relative_to(root)) for address in shard_addresses(given, str(root), "data.train")]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("train-{00..02}.tar", ["train-00.tar", "train-01.tar", "train-02.tar"]),
        ("{train-01,more/a}.tar", ["train-01.tar", "more/a.tar"]),
        ("train-01.tar", ["train-01.tar"]),
        ("more", ["more/a.tar", "more/b.tar"]),
        (["more", "train-{00..01}.tar"], ["more/a.tar", "more/b.tar", "train-00.tar", "train-01.tar"]),
        ("odd {x, [1].tar", ["odd {x, [1].tar"]),
    ],
)
def test_files_folders_braces_and_lists(root: Path, given: str | list[str], expected: list[str]) -> None:
    assert names(given, root) == expected
    absolute = [str(root / one) for one in ([given] if isinstance(given, str) else given)]
    assert [Path(address) for address in shard_addresses(absolute, None, "k")] == [root / name for name in expected]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            "train-{00..03}.tar",
            r"data\.train: 1 of 4 shards of 'train-\{00\.\.03\}\.tar' do not exist: '/.*train-03\.tar'$",
        ),
        ("nowhere.tar", r"data\.train: 1 of 1 shards of 'nowhere\.tar' do not exist"),
        ([], r"data\.train=\[\] must be a list, such as"),
        ([5], r"data\.train=\[5\] must be a list of strings"),
        ("", r"data\.train is empty: give data\.train=PATH, or data\.train=null"),
        ("x-{000..99999999}.tar", r"more than 100000 shards"),
        ("x-{" + 30 * "9" + ".." + 5000 * "9" + "}.tar", r"more than 100000 shards"),
        ("train-{00..01.tar", r"data\.train: .* brace that is not closed"),
        ("train-{0..9999999}.tar", r"more than 100000 shards"),
        (["more", "more/a.tar"], r"data\.train names the shard '.*more/a\.tar' twice"),
        ("empty", r"data\.train: '.*empty' holds no shards \(\.tar\)"),
        ("mixed", r"data\.train: compressed shards are not read: '.*/b\.tar\.gz', '.*/c\.TGZ': unpack them"),
    ],
)
def test_what_cannot_be_found_is_named(root: Path, given: str | list[str], words: str) -> None:
    (root / "empty").mkdir()
    (root / "mixed").mkdir()
    for name in ("a.tar", "b.tar.gz", "c.TGZ", ".d.tar.gz"):
        (root / "mixed" / name).write_bytes(b"")
    with pytest.raises(InputError, match=words) as caught:
        names(given, root)
    assert "\n" not in str(caught.value)


def test_home_and_root_may_be_urls_or_short(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(root))
    assert shard_addresses("~/train-00.tar", None, "k") == shard_addresses("train-00.tar", "~", "k")
    assert shard_addresses("x-{0..1}.tar", "https://host/set/", "k") == [
        "https://host/set/x-0.tar",
        "https://host/set/x-1.tar",
    ]
    assert shard_addresses("http://host/x.tar", str(root), "k") == ["http://host/x.tar"]


@pytest.mark.parametrize("address", ["s3://bucket/x.tar", "gs://b/x.tar", "file:///x.tar", "pipe:touch /tmp/x"])
def test_an_unknown_scheme_is_an_error_and_no_command_is_run(address: str) -> None:
    with pytest.raises(InputError, match=r"from files, http:// and https:// only: copy it to a folder first"):
        local_copy(address)


class Host:
    """A server of one shard that can fail."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.missing_bytes = 0
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.requests.append(self.path)
                self.send_response(404 if self.path.startswith("/nothing") else 200)
                self.send_header("Content-Length", str(5 + host.missing_bytes))
                self.end_headers()
                self.wfile.write(b"bytes")

            def log_message(self, *_: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Host]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("WDS_CACHE", raising=False)
    host = Host()
    thread = Thread(target=host.server.serve_forever)
    thread.start()
    yield host
    host.server.shutdown()
    thread.join()
    host.server.server_close()


def test_a_remote_shard_is_copied_once(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        copies = [local_copy(f"{host.url}/{folder}/x.tar?a=/b") for folder in ("one", "two", "one")]
    assert [path.read_bytes() for path in copies] == [b"bytes"] * 3
    assert host.requests == ["/one/x.tar?a=/b", "/two/x.tar?a=/b"]
    assert copies[0] == copies[2] != copies[1]
    assert {path.parent for path in copies} == {shards_folder()}
    assert caplog.messages[0] == f"copying {host.url}/one/x.tar?a=/b to {copies[0]}"


def test_copies_go_where_the_library_puts_them(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WDS_CACHE", str(tmp_path / "shards"))
    assert local_copy(f"{host.url}/x.tar").parent == tmp_path / "shards"


@pytest.mark.parametrize(("path", "missing_bytes", "code"), [("nothing.tar", 0, 22), ("short.tar", 3, 18)])
def test_what_cannot_be_fetched_is_named_and_leaves_nothing(
    host: Host, path: str, missing_bytes: int, code: int
) -> None:
    host.missing_bytes = missing_bytes
    with pytest.raises(
        InputError, match=rf"shard '{host.url}/{path}' cannot be downloaded to .* \(curl's exit code {code}\)"
    ):
        local_copy(f"{host.url}/{path}")
    assert list(shards_folder().iterdir()) == []


def test_a_missing_curl_is_named(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="install curl"):
        local_copy(f"{host.url}/x.tar")
