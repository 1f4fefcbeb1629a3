"""The Canny edges of scikit-image in torch's operations, for graphs that are exported.

Equal to `skimage.feature.canny` with its usual thresholds: sums are made in float64 in SciPy's order, so that even
borderline cases are decided as there. On a CPU it is slower than scikit-image's own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch._higher_order_ops import while_loop

LOW, HIGH = 0.1, 0.2
"""Thresholds of the gradient's length: an edge pixel has LOW, and one of every connected edge has HIGH."""
LUMINANCE = (0.2125, 0.7154, 0.0721)
"""Shares of red, green and blue in scikit-image's `rgb2gray`."""


def luminance(image: Tensor) -> Tensor:
    """Gray of a colour image, (B, 3, H, W) in [0, 1] to (B, 1, H, W) float64."""
    red, green, blue = image.double().unbind(1)
    shares = torch.tensor(LUMINANCE, dtype=torch.float64)  # ONNX would round Python's numbers to float32
    gray: Tensor = red * shares[0] + green * shares[1] + blue * shares[2]
    return gray[:, None]


def edges(gray: Tensor, valid: Tensor, sigma: float) -> Tensor:
    """Edges of what is known.

    Args:
        gray: (B, 1, H, W) float64 in [0, 1].
        valid: (B, 1, H, W) bool, True where the image is known; edges at its border and outside of it are left out.
        sigma: Width of the Gaussian in pixels.

    Returns:
        (B, 1, H, W) bool.
    """
    share = _gaussian(valid.double(), sigma)
    # the optimizer for ONNX leaves out "+ 2e-16"; not so a tensor of it
    share = share + torch.full_like(share, torch.finfo(share.dtype).eps)
    smooth = _gaussian(torch.where(valid, gray, 0.0), sigma) / share
    down, right = _sobel(smooth, 2), _sobel(smooth, 3)
    length = (down * down + right * right).sqrt()
    inside = F.max_pool2d(1 - F.pad(valid.float(), (1, 1, 1, 1)), 3, 1) == 0
    thin = inside & (length >= LOW) & _is_largest(length, down, right)
    return _connected(thin & (length >= HIGH), thin)


def _gaussian(image: Tensor, sigma: float) -> Tensor:
    """Blur with zeros around the image: the centre first, then pairs from the outside in."""
    radius = int(4 * sigma + 0.5)
    taps = np.exp(-0.5 / sigma**2 * np.arange(-radius, radius + 1) ** 2)  # by NumPy: torch's exp rounds differently
    weights = torch.tensor((taps / taps.sum()).tolist(), dtype=torch.float64).unbind()
    for axis in (2, 3):
        padded = F.pad(image, _both(axis, radius))
        image = _shifted(padded, axis, radius, 2 * radius) * weights[radius]
        for near in range(radius):
            pair = _shifted(padded, axis, near, 2 * radius) + _shifted(padded, axis, 2 * radius - near, 2 * radius)
            image = image + pair * weights[near]
    return image


def _sobel(image: Tensor, axis: int) -> Tensor:
    """Derivative along an axis, smoothed along the other one; the outermost pixels are repeated."""
    other = 5 - axis
    padded = F.pad(image, _both(axis, 1), mode="replicate")
    slope = _shifted(padded, axis, 2, 2) - _shifted(padded, axis, 0, 2)
    padded = F.pad(slope, _both(other, 1), mode="replicate")
    return slope * 2 + (_shifted(padded, other, 0, 2) + _shifted(padded, other, 2, 2))


def _is_largest(length: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """Whether no neighbour along the gradient, interpolated between two pixels, is longer."""
    padded = F.pad(length, (1, 1, 1, 1))

    def at(dy: int, dx: int) -> Tensor:
        return _shifted(_shifted(padded, 2, 1 + dy, 2), 3, 1 + dx, 2)

    same = ((down >= 0) & (right >= 0)) | ((down <= 0) & (right <= 0))
    # where both are equal, scikit-image takes the vertical neighbours only if the signs differ
    vertical = (down.abs() > right.abs()) | (~same & (down.abs() == right.abs()))
    small, large = torch.minimum(down.abs(), right.abs()), torch.maximum(down.abs(), right.abs())
    share = small / large
    diagonal = (torch.where(same, at(1, 1), at(-1, 1)), torch.where(same, at(-1, -1), at(1, -1)))
    straight_down = (torch.where(same, at(1, 0), at(-1, 0)), torch.where(same, at(-1, 0), at(1, 0)))
    straight = (torch.where(vertical, straight_down[0], at(0, 1)), torch.where(vertical, straight_down[1], at(0, -1)))
    sides = [corner * share + near * (1.0 - share) for corner, near in zip(diagonal, straight, strict=True)]
    return (sides[0] <= length) & (sides[1] <= length)


def _connected(strong: Tensor, thin: Tensor) -> Tensor:
    """The edges with at least one strong pixel; pixels that touch at a corner are connected."""

    def has_grown(reached: Tensor, before: Tensor) -> Tensor:
        return (reached != before).any()

    def grow(reached: Tensor, before: Tensor) -> tuple[Tensor, Tensor]:
        around = F.max_pool2d(reached.view_as(thin).float(), 3, 1, 1) > 0
        return (around & thin).flatten(), reached.clone()

    # flat, because an export wants the order in memory of what goes in and out to be the same for all sizes
    reached: Tensor = while_loop(has_grown, grow, (strong.flatten(), torch.zeros_like(strong).flatten()))[0]
    return reached.view_as(thin)


def _both(axis: int, amount: int) -> Sequence[int]:
    """The padding of both ends of an axis, as `F.pad` takes it."""
    return (0, 0, amount, amount) if axis == 2 else (amount, amount, 0, 0)


def _shifted(padded: Tensor, axis: int, start: int, extra: int) -> Tensor:
    """The part of an image that is `extra` longer than the original along an axis, from `start` on."""
    return padded.narrow(axis, start, padded.shape[axis] - extra)
