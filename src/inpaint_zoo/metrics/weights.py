"""Weights of the networks in metrics: downloads with a timeout, and files that cannot execute code."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor

from inpaint_zoo.errors import DamagedFileError, InputError
from inpaint_zoo.files.source import opened

DOWNLOAD_TIMEOUT_SECONDS = 15.0
StateDict = Mapping[str, Tensor]


class MetricUnavailableError(Exception):
    """A metric is not available on this machine; the message is a sentence that reports print as a note."""


def download(fetch: Callable[[], StateDict], metric: str, what: str) -> StateDict:
    """Load weights from the cache, or download them.

    Args:
        fetch: Loads the weights.
        metric: Begin of the error message, such as "LPIPS is".
        what: The weights in the error message, such as "AlexNet's ImageNet weights".

    Raises:
        MetricUnavailableError: Loading failed. The weights are never replaced by others.
        DamagedFileError: The file in the cache is damaged.
    """
    try:
        with _network_timeout(DOWNLOAD_TIMEOUT_SECONDS):
            return fetch()
    except DamagedFileError:
        raise
    except Exception as error:  # no network, no disk space, a wrong hash
        raise MetricUnavailableError(
            f"{metric} not available: {what} could not be loaded ({_one_line(error)})."
        ) from error


def refuse_missing_weights(weights: str, key: str) -> None:
    """Check before anything else that a file of weights is there.

    Args:
        weights: `imagenet`, or the path of the file.
        key: Its key, for the message.

    Raises:
        InputError: There is no such file.
    """
    if weights != "imagenet" and not Path(weights).expanduser().is_file():
        raise InputError(f"{key}: {weights!r} is not a file: give {key}=imagenet, or {key}=FILE")


def read_state(path: Path, what: str) -> StateDict:
    """Read a state dict from a file of a user, without executing code in it.

    Args:
        path: The file.
        what: The expected content in the error message, such as "torchvision's AlexNet state dict".

    Raises:
        InputError: The file is something else.
    """
    try:
        with opened(path) as file:
            state = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # for other files, unpickling can raise any exception
        raise InputError(f"{path}: not a readable state dict ({_one_line(error)})") from error
    if not isinstance(state, Mapping):
        raise InputError(f"{path}: holds a {type(state).__name__}, give {what}")
    return state


@contextmanager
def _network_timeout(seconds: float) -> Iterator[None]:
    """Without a default timeout, torch.hub waits for ever where a network drops packets."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _one_line(error: BaseException) -> str:
    return " ".join(str(getattr(error, "reason", error)).split())[:200] or type(error).__name__
