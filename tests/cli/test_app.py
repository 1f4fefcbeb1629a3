import signal
import socket
import subprocess
import sys

import pytest

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
        ("host=192.0.2.1", "cannot be listened to"),
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


def test_a_missing_extra_is_said(command, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    done = command("app")
    assert done.code == 2
    assert "uvicorn is missing: pip install 'inpaint-zoo[app]'" in done.err


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
