"""The machine rate: what this machine makes of a plain convolution at this moment."""

from __future__ import annotations

import statistics
import time

import torch
import torch.nn.functional as F

CHANNELS = 256
SIDE = 64
NUM_CONVOLUTIONS = 7
GFLOP = 2 * 9 * CHANNELS**2 * SIDE**2 / 1e9
"""Of one convolution."""


class MachineRate:
    """Measures, in GFLOP/s, a 3x3 float32 convolution of 256 to 256 channels on 1x256x64x64, channels-last.

    It is float32 whatever is being timed, so that costs in different precisions share one unit.
    """

    def __init__(self) -> None:
        self.best = 0.0
        """The best rate seen so far."""
        layout = torch.channels_last
        self.image = torch.randn(1, CHANNELS, SIDE, SIDE).to(memory_format=layout)
        self.kernel = torch.randn(CHANNELS, CHANNELS, 3, 3).to(memory_format=layout)

    def __call__(self) -> float:
        """The rate now: the median of a few convolutions (about a tenth of a second)."""
        rate = GFLOP / statistics.median(self._seconds() for _ in range(NUM_CONVOLUTIONS))
        self.best = max(self.best, rate)
        return rate

    @torch.inference_mode()
    def _seconds(self) -> float:
        start = time.perf_counter()
        F.conv2d(self.image, self.kernel, padding=1)
        return time.perf_counter() - start
