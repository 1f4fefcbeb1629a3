"""Weights of the networks that metrics look through: downloads that end, and files that run no code."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor

from inpaint_zoo.errors import InputError

DOWNLOAD_TIMEOUT_SECONDS = 15.0
StateDict = Mapping[str, Tensor]


class MetricUnavailableError(Exception):
    """A metric cannot be computed on this machine; the message is a sentence that tables print as a note."""


def download(fetch: Callable[[], StateDict], metric: str, what: str) -> StateDict:
    """Fetch weights, from the cache if they are there.

    Args:
        fetch: Loads them.
        metric: Begins the message: "LPIPS is".
        what: For the message: "AlexNet's ImageNet weights".

    Raises:
        MetricUnavailableError: that is impossible. Nothing is put in the place of the weights.
    """
    try:
        with _network_timeout(DOWNLOAD_TIMEOUT_SECONDS):
            return fetch()
    # no network, no room, a wrong hash, or a damaged file in the cache, on which the unpickler raises anything
    except Exception as error:
        raise MetricUnavailableError(
            f"{metric} not available: {what} could not be loaded ({_one_line(error)})."
        ) from error


def read_state(path: Path, what: str) -> StateDict:
    """Read a state dict that a user gave; no code in it is run.

    Args:
        path: The file.
        what: For the message: "torchvision's AlexNet state dict".

    Raises:
        InputError: the file holds something else.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # given other bytes than a state dict, the unpickler raises anything
        raise InputError(f"{path}: not a readable state dict ({_one_line(error)})") from error
    if not isinstance(state, Mapping):
        raise InputError(f"{path}: holds a {type(state).__name__}, give {what}")
    return state


@contextmanager
def _network_timeout(seconds: float) -> Iterator[None]:
    """torch.hub waits for ever on a network that swallows packets; a default timeout makes it fail."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _one_line(error: BaseException) -> str:
    return " ".join(str(getattr(error, "reason", error)).split())[:200] or type(error).__name__
