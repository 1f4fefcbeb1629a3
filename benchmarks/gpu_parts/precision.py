"""What a device computes in: float32 with all its digits, TF32, or bfloat16 where autocast uses it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

PRECISIONS = ("bf16", "tf32", "float32")
"""In the order in which time may run out."""


def autocast(precision: str, device: str) -> torch.autocast:
    """What forward passes and losses are computed in: bfloat16 where it suffices, or nothing else than before."""
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=precision == "bf16")


@contextmanager
def tf32_if(wanted: bool) -> Iterator[None]:
    """Let products and convolutions of float32, also those of backward passes, round to TF32, or let none."""
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    _allow_tf32(wanted, wanted)
    try:
        yield
    finally:
        _allow_tf32(*before)


@contextmanager
def computing_in(precision: str, device: str) -> Iterator[None]:
    """Both, for what has no backward pass."""
    with tf32_if(precision == "tf32"), autocast(precision, device):
        yield


def _allow_tf32(products: bool, convolutions: bool) -> None:
    torch.backends.cuda.matmul.allow_tf32 = products
    torch.backends.cudnn.allow_tf32 = convolutions
