"""Learn from the damaged image alone: fine-tune a copy of a network on holes cut into the image's own known pixels.

The idea is named in the MISF paper (arXiv 2203.06304); the procedure is ours.
"""

from __future__ import annotations

import copy
import itertools
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import Filler, NetworkMethod
from inpaint_zoo.images.arrays import Hole
from inpaint_zoo.inference.boxes import Box, grown
from inpaint_zoo.inference.values import AnyImage, to_unit
from inpaint_zoo.masks import FreeFormMask, MaskRequest
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.runtime.progress import tracked
from inpaint_zoo.runtime.random_state import random_state

SIDE = 128
"""Pixels: side of the crops, if the network takes it."""
CROPS = 4
"""Crops of a step."""
LEARNING_RATE = 1e-4
"""Of Adam."""
DECAY = 0.97
"""Of the average of the weights, from step to step."""
HELD_OUT = 8
"""Squares of known pixels that are never learned from: they choose the step at which to stop."""
CHECKS = 10
"""How often the average is tried on them, at most."""
TRIES = 20
"""Places that are drawn for one crop; the one with the most known pixels is taken."""

ARTIFICIAL_HOLES = FreeFormMask(
    num_strokes=(1, 3), num_vertices=(4, 11), angle=72, angle_spread=24, stroke_width=(12, 39), reference_size=256
)
"""What is cut into the crops: the strokes of DeepFillv2."""


def nothing() -> None:
    """Do nothing."""


class Crops(NamedTuple):
    """Parts of the damaged image with further holes, whose pixels are known."""

    image: Tensor
    """(B, 3, S, S) in [0, 1]."""
    mask: Tensor
    """(B, 1, S, S): 1 where the network must not look: real and further holes."""
    wanted: Tensor
    """(B, 1, S, S): 1 in the further holes only, where the truth is known."""

    def error(self, network: InpaintingNetwork) -> Tensor:
        """Mean absolute error over `wanted`."""
        distance = (network(self.image, self.mask).image.float() - self.image).abs() * self.wanted
        mean: Tensor = distance.sum() / (3 * self.wanted.sum()).clamp(min=1)
        return mean


class Duration(NamedTuple):
    """How long is trained: until one of the two is reached; 0 = it does not matter."""

    steps: int = 0
    seconds: float = 0
    """Results that depend on them differ from run to run."""
    on_step: Callable[[], object] = nothing
    """Called before each step; what it raises ends the training."""

    def numbered(self) -> Iterator[tuple[int, bool]]:
        """The numbers of the steps from 1, and whether the average is tried after this one, as it is after the last."""
        start, tried = time.monotonic(), 0
        for step in itertools.count(1):
            by_steps = step / self.steps if self.steps else 0
            share = max(by_steps, (time.monotonic() - start) / self.seconds if self.seconds else 0)
            is_tried = int(CHECKS * share) > tried
            tried = int(CHECKS * share)
            self.on_step()
            yield step, is_tried
            if share >= 1:
                return

    def __str__(self) -> str:
        """As it was given."""
        return f"adapt={self.steps}" if self.steps else f"adapt_seconds={self.seconds:g}"


def adapted(method: Filler, image: AnyImage, hole: Hole, duration: Duration, seed: int = 0) -> Filler:
    """Fine-tune a copy of a network on one damaged image, with the L1 distance over artificial holes.

    Batch normalisation stays as in evaluation. An average of the weights is tried on squares that are held out, and
    the best one is returned: its error there is never above that of the network itself.

    Args:
        method: A network; it stays as it is.
        image: (H, W, 3), RGB; values in the hole are not read.
        hole: (H, W), True = hole, not everything.
        duration: Of the training, not 0; progress of a number of steps is shown on stderr.
        seed: The same one gives the same weights, whatever has been drawn before.

    Returns:
        A method with the adapted network, or `method` itself where no step made it better.

    Raises:
        InputError: `method` has nothing that learns, or is compiled.
    """
    if not isinstance(method, NetworkMethod):
        raise InputError(f"{duration} trains a network, and a classical fill has nothing to train: leave it out")
    if method.arithmetic.compile:
        raise InputError(f"{duration} trains a copy of the network for each image: leave compile=true out")
    sampler = _Sampler(image, hole, method, random_state(seed))
    best = _trained(method.network, sampler, duration) if sampler.held_out else None
    return method if best is None else NetworkMethod(best, method.device, arithmetic=method.arithmetic)


def _trained(network: InpaintingNetwork, sampler: _Sampler, duration: Duration) -> InpaintingNetwork | None:
    """The best average on what is held out; None where that is the network itself."""
    learner, average = copy.deepcopy(network).requires_grad_(True), copy.deepcopy(network)
    optimizer = torch.optim.Adam(learner.parameters(), LEARNING_RATE)
    best, least = None, _error(network, sampler.held_out)
    steps = duration.numbered()
    for step, is_tried in tracked(steps, duration.steps, "adapt") if duration.steps else steps:
        optimizer.zero_grad()
        sampler.draw().error(learner).backward()
        optimizer.step()
        _average(average, learner, min(DECAY, step / (step + 9)))
        if is_tried:
            error = _error(average, sampler.held_out)
            if error < least:
                best, least = copy.deepcopy(average), error
    return best


@torch.no_grad()
def _average(average: InpaintingNetwork, learner: InpaintingNetwork, decay: float) -> None:
    for old, new in zip(average.parameters(), learner.parameters(), strict=True):
        old.lerp_(new, 1 - decay)


@torch.no_grad()
def _error(network: InpaintingNetwork, crops: list[Crops]) -> float:
    return sum(crop.error(network).item() for crop in crops) / len(crops)


class _Sampler:
    """Draws crops from what is known and not held out."""

    def __init__(self, image: AnyImage, hole: Hole, method: NetworkMethod, rng: np.random.RandomState) -> None:
        stride = method.network.stride
        self.side = -(-max(SIDE, method.minimum_size) // stride) * stride
        extra = [(0, max(0, self.side - side)) for side in hole.shape]
        self.image = np.pad(image, [*extra, (0, 0)], mode="reflect")
        self.hole = np.pad(hole, extra, mode="reflect")
        self.device, self.rng = method.device, rng
        self.held_out = self._hold_out()

    def draw(self) -> Crops:
        """The crops of one step."""
        drawn = []
        for _ in range(CROPS):
            box = self._place()
            cut = ARTIFICIAL_HOLES(MaskRequest(self.side, self.side, self.rng))[0].astype(bool)
            drawn.append(self._crop(box, cut))
        return Crops(*(torch.cat(parts) for parts in zip(*drawn, strict=True)))

    def _hold_out(self) -> list[Crops]:
        """Cut squares out of what is known; from now on they count as holes."""
        boxes, original = [self._place() for _ in range(HELD_OUT)], self.hole.copy()
        squares = [grown(_middle(box), (self.side // 4, self.side // 4), self.hole.shape) for box in boxes]
        crops = []
        for box, square in zip(boxes, squares, strict=True):
            cut = np.zeros((self.side, self.side), bool)
            cut[square.inside(box).cut] = True
            crops.append(self._crop(box, cut))
            original[square.cut] = True
        self.hole = original
        return [crop for crop in crops if crop.wanted.any()]

    def _place(self) -> Box:
        """The place with the most known pixels of some that are drawn; the first one where half is known is enough."""
        best, most = Box(0, 0, self.side, self.side), -1.0
        for _ in range(TRIES):
            top, left = (int(self.rng.randint(side - self.side + 1, dtype=np.int64)) for side in self.hole.shape)
            box = Box(top, left, top + self.side, left + self.side)
            known = float(np.mean(~self.hole[box.cut]))
            if known > most:
                best, most = box, known
            if most >= 0.5:
                break
        return best

    def _crop(self, box: Box, cut: Hole) -> Crops:
        unknown = self.hole[box.cut]
        image = np.where(unknown[..., None], np.float32(0), to_unit(self.image[box.cut]))
        return Crops(
            torch.from_numpy(image).permute(2, 0, 1)[None].to(self.device),
            self._plane(unknown | cut),
            self._plane(cut & ~unknown),
        )

    def _plane(self, values: NDArray[np.bool_]) -> Tensor:
        return torch.from_numpy(values)[None, None].float().to(self.device)


def _middle(box: Box) -> Box:
    row, column = (box.top + box.bottom) // 2, (box.left + box.right) // 2
    return Box(row, column, row, column)
