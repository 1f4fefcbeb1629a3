import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inpaint_zoo.bundles import packaged_weights, weights_file
from inpaint_zoo.bundles.hub import Address, parse_address
from inpaint_zoo.errors import InputError

COMMIT = "a" * 40
CONTENT = b"the weights"
HASH = hashlib.sha256(CONTENT).hexdigest()


class Hub(http.server.BaseHTTPRequestHandler):
    """Answers as the Hub does, for one file of one repository."""

    def do_GET(self) -> None:
        self.do_HEAD()
        self.wfile.write(self.content)

    def do_HEAD(self) -> None:
        *repository, _, revision, file = self.path.partition("?")[0].strip("/").split("/")
        missing = {
            "RepoNotFound": repository != ["someone", "fills"],
            "RevisionNotFound": revision not in ("main", "v1"),
            "EntryNotFound": file != "model.safetensors",
        }
        reason = next((name for name, is_missing in missing.items() if is_missing), None)
        self.content = b"" if reason else CONTENT
        self.send_response(404 if reason else 200)
        told = {"X-Error-Code": reason} if reason else {"ETag": f'"{HASH}"'}
        for name, value in {**told, "X-Repo-Commit": COMMIT, "Content-Length": len(self.content)}.items():
            self.send_header(name, str(value))
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment in which the Hub's own client asks our hub."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        home = tmp_path_factory.mktemp("hub")
        yield {"HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}", "HF_HOME": str(home), "HF_TOKEN": ""}
        server.shutdown()


def ask(environment: dict[str, str], *addresses: str) -> list[str]:
    """The content behind each address, or the error, in a process that may use the network."""
    code = (
        "import json, sys\nfrom inpaint_zoo.bundles import weights_file\nfrom inpaint_zoo.errors import InputError\n"
        "def told(address):\n"
        "    try: return weights_file(address).read_text()\n"
        "    except InputError as error: return str(error)\n"
        "print(json.dumps([told(address) for address in sys.argv[1:]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *addresses],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    answers: list[str] = json.loads(done.stdout)
    return answers


def test_a_file_is_fetched_from_a_repository(hub: dict[str, str]) -> None:
    main = "hf://someone/fills"
    pinned, wrong = f"{main}@v1/model.safetensors#sha256={HASH.upper()}", f"{main}#sha256={'0' * 64}"
    *got, refused = ask(hub, main, f"{main}@v1", pinned, wrong)
    assert got == [CONTENT.decode()] * 3
    assert refused == f"{wrong}: the file there has the SHA-256 {HASH}: it was changed, or the address is wrong"
    offline = {**hub, "HF_HUB_OFFLINE": "1"}
    assert ask(offline, main, f"{main}/other.pt") == [
        CONTENT.decode(),
        f"{main}/other.pt: the Hub cannot be reached, and the file is not in the cache: download it where there is a "
        "network",
    ]


def test_what_is_not_there_is_told(hub: dict[str, str]) -> None:
    repository, revision, file = ask(hub, "hf://someone/else", "hf://someone/fills@v9", "hf://someone/fills/sub.pt")
    assert "there is no such repository" in repository
    assert "someone/fills has no revision v9" in revision
    assert "there is no file sub.pt: name one, as in hf://someone/fills/FILE" in file


def test_an_address_has_four_parts() -> None:
    full = f"hf://some-one/fills.v2@0123abc/folder/net.safetensors#sha256={HASH}"
    assert parse_address(full) == Address("some-one/fills.v2", "0123abc", "folder/net.safetensors", HASH)
    assert parse_address("hf://a/b@refs%2Fpr%2F1").revision == "refs/pr/1"
    assert parse_address("hf://a/b@main") == Address("a/b", "main", "model.safetensors", None)


@pytest.mark.parametrize(
    "address",
    [
        "hf://",
        "hf://one",
        "hf://a/b@",
        "hf://a/b/../x",
        "hf://../b",
        "hf://a/b#sha256=1",
        "hf://a/b//etc/x",
        "hf://a/b@v1/",
        "hf:/a/b",
        "https://huggingface.co/a/b",
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(InputError, match="is no address of a file on the Hugging Face Hub: write hf://OWNER/NAME"):
        weights_file(address)


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(InputError, match=r"needs huggingface_hub: pip install 'inpaint-zoo\[hub\]'"):
        weights_file("hf://a/b")


def test_a_name_an_address_and_a_path(tmp_path: Path) -> None:
    assert weights_file("misf") == packaged_weights("misf")
    assert weights_file("./misf") == Path("misf")
    assert weights_file(tmp_path / "misf") == tmp_path / "misf"
    assert weights_file("~/misf") == Path.home() / "misf"
