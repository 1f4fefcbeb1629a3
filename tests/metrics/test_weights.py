import socket
from pathlib import Path

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.metrics.weights import (
    DOWNLOAD_TIMEOUT_SECONDS,
    MetricUnavailableError,
    StateDict,
    download,
    read_state,
)

STATE: StateDict = {"weight": torch.ones(2)}


def failing(error: Exception):
    def fetch() -> StateDict:
        raise error

    return fetch


@pytest.mark.parametrize("before", [None, 3.0])
def test_a_download_has_a_timeout_which_is_put_back(before: float | None) -> None:
    seen = []

    def fetch() -> StateDict:
        seen.append(socket.getdefaulttimeout())
        return STATE

    socket.setdefaulttimeout(before)
    try:
        assert download(fetch, "X is", "weights") is STATE
        with pytest.raises(MetricUnavailableError):
            download(failing(OSError("gone")), "X is", "weights")
        assert socket.getdefaulttimeout() == before
    finally:
        socket.setdefaulttimeout(None)
    assert seen == [DOWNLOAD_TIMEOUT_SECONDS]


@pytest.mark.parametrize(
    ("error", "reason"),
    [(OSError("no\n  space"), "no space"), (KeyError(), "KeyError"), (ValueError("x" * 999), "x" * 200)],
)
def test_a_failed_download_is_one_sentence(error: Exception, reason: str) -> None:
    with pytest.raises(MetricUnavailableError) as caught:
        download(failing(error), "LPIPS is", "AlexNet's weights")
    assert str(caught.value) == f"LPIPS is not available: AlexNet's weights could not be loaded ({reason})."
    assert caught.value.__cause__ is error


def test_a_state_dict_is_read_from_a_file(tmp_path: Path) -> None:
    torch.save(STATE, tmp_path / "state.pth")
    assert torch.equal(read_state(tmp_path / "state.pth", "a state dict")["weight"], STATE["weight"])


@pytest.mark.parametrize(("content", "reason"), [(b"text", "not a readable state dict"), (None, "not a readable")])
def test_another_file_is_refused_by_name(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "state.pth"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=rf"state\.pth: {reason}"):
        read_state(path, "a state dict")


def test_a_file_of_something_else_says_what_is_needed(tmp_path: Path) -> None:
    torch.save([1], tmp_path / "list.pth")
    with pytest.raises(InputError, match=r"list\.pth: holds a list, give a state dict of X"):
        read_state(tmp_path / "list.pth", "a state dict of X")
