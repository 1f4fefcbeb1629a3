import signal
import socket
import subprocess
import sys
import time

import pytest
from PIL import Image

from inpaint_zoo.cli import app

getaddrinfo = socket.getaddrinfo


@pytest.fixture
def _addresses(monkeypatch):
    """Tests may not look up names; those of this machine need no network."""
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.usefixtures("_addresses")
def test_a_port_in_use_is_said_before_anything_is_loaded(command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = command("app", f"port={taken.getsockname()[1]}")
    assert done.code == 2
    assert "cannot be listened to (Address already in use): give another port, or port=0" in done.err


@pytest.mark.usefixtures("_addresses")
@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("port=70000", "port=70000 must be at most 65535"),
        ("port=-1", "port=-1 must be at least 0"),
        ("host=192.0.2.1", "cannot be listened to (Cannot assign requested address): give an address of this machine"),
        ("host=", "host is empty: give host=127.0.0.1 for this machine alone"),
        ("host=null", "host is empty: give host=127.0.0.1 for this machine alone"),
        ("methods=madf", "methods: give methods.NAME=VALUE"),
        ("max_megapixels=0", "max_megapixels=0 must be at least 1"),
        ("methods.mine=nothing.ckpt", "methods.mine: 'nothing.ckpt' is no file"),
        ("device=gpu", "device"),
    ],
)
def test_mistakes_are_one_line(command, argument, message):
    done = command("app", "port=0", argument)
    assert done.code == 2
    assert message in done.err
    assert len(done.err.strip().splitlines()) == 1


@pytest.mark.parametrize("name", ["uvicorn", "python_multipart"])
def test_a_missing_extra_is_said(command, monkeypatch, name):
    monkeypatch.setitem(sys.modules, name, None)
    done = command("app")
    assert done.code == 2
    assert f"{name} is missing: pip install 'inpaint-zoo[app]'" in done.err


def test_only_this_machines_names_are_answered_unless_others_are_asked_for(capsys):
    assert set(app._hosts("127.0.0.1")) >= {"localhost", "127.0.0.1"}
    assert "*" not in app._hosts("localhost")
    assert app._hosts("0.0.0.0") == ["*"]
    assert "there is no password" in capsys.readouterr().err


def test_it_serves_until_it_is_interrupted():
    arguments = [sys.executable, "-m", "inpaint_zoo", "app", "port=0"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline()
        assert address.startswith("http://127.0.0.1:")
        asked = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1] + '/models').read().decode())"
        said = subprocess.run(
            [sys.executable, "-c", asked, address.split()[0]], capture_output=True, text=True, check=True
        )
        assert '"madf"' in said.stdout
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors == "inpaint-zoo app: interrupted\n"


LEARN = """
import sys, httpx2
files = {"image": open("photo.png", "rb"), "mask": open("hole.png", "rb")}
httpx2.post(sys.argv[1] + "/fill", files=files, data={"model": "misf", "adapt_seconds": "100"}, timeout=100)
"""
LEAVE = """
import socket, sys
host, port = sys.argv[1].removeprefix("http://").split(":")
with socket.create_connection((host, int(port))) as client:
    kind = "Content-Type: multipart/form-data; boundary=a"
    head = ["POST /fill HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 900", kind]
    client.sendall("\\r\\n".join([*head, "", "--a", ""]).encode())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_while_it_fills(tmp_path, number):
    mask = Image.new("L", (200, 160))
    mask.paste(255, (50, 50, 90, 90))
    mask.save(tmp_path / "hole.png")
    Image.new("RGB", (200, 160), "navy").save(tmp_path / "photo.png")
    arguments = [sys.executable, "-m", "inpaint_zoo", "app", "port=0"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[0]
        subprocess.run([sys.executable, "-c", LEAVE, address], check=True)
        with subprocess.Popen(
            [sys.executable, "-c", LEARN, address], cwd=tmp_path, stderr=subprocess.DEVNULL
        ) as client:
            time.sleep(6)
            started = time.monotonic()
            process.send_signal(number)
            _, errors = process.communicate(timeout=60)
            assert time.monotonic() - started < 20
            client.kill()
    said = "interrupted" if number == signal.SIGINT else "stopped by SIGTERM"
    assert process.returncode == 128 + number
    assert errors == f"inpaint-zoo app: {said}\n"
