"""The smoothest continuation of values into a hole: the solution of Laplace's equation."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse.linalg import cg

from inpaint_zoo.images.arrays import Hole

ITERATIONS = 100
"""Most steps of conjugate gradients at each size; the smaller sizes give a start that is nearly the solution."""
TOLERANCE = 1e-4
"""Residual relative to the right side at which they end."""


def membrane(values: NDArray[np.float32], hole: Hole) -> NDArray[np.float32]:
    """Continue values into a hole so that each pixel of it is the mean of its four neighbours.

    Args:
        values: (H, W, C); those in the hole are not read. Beyond the image, values are mirrored.
        hole: (H, W), True = hole, not everything.

    Returns:
        (H, W, C): `values`, and the continuation in the hole.
    """
    known = np.where(hole[..., None], np.float32(0), values)
    start = _start(known, hole)
    matrix, sides = _equations(known, hole)
    solutions = [
        cg(matrix, side, start[hole][:, channel], rtol=TOLERANCE, maxiter=ITERATIONS)[0]
        for channel, side in enumerate(sides.T)
    ]
    known[hole] = np.stack(solutions, axis=1)
    return known


def _start(known: NDArray[np.float32], hole: Hole) -> NDArray[np.float32]:
    """The solution at half the size, enlarged; the mean of the values around the hole where it is small."""
    height, width = hole.shape
    ring = ~hole & ndimage.binary_dilation(hole)
    size = (max(width // 2, 1), max(height // 2, 1))
    small_hole = cv2.resize((~hole).astype(np.float32), size, interpolation=cv2.INTER_AREA) == 0
    if not small_hole.any() or min(size) < 4:
        return np.broadcast_to(known[ring].mean(axis=0), known.shape)
    share, *sums = (
        cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        for plane in (ring.astype(np.float32), *np.moveaxis(known * ring[..., None], -1, 0))
    )
    small = membrane(np.stack(sums, axis=-1) / np.maximum(share, 1e-6)[..., None], small_hole)
    planes = [cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR) for plane in np.moveaxis(small, -1, 0)]
    return np.stack(planes, axis=-1)


def _equations(known: NDArray[np.float32], hole: Hole) -> tuple[sparse.csr_matrix, NDArray[np.float32]]:
    """The matrix (n, n) and the right side (n, C) of the n pixels of the hole."""
    count = int(np.count_nonzero(hole))
    number = np.full(np.add(hole.shape, 2), -1)
    number[1:-1, 1:-1][hole] = np.arange(count)
    inside = np.pad(np.ones(hole.shape, bool), 1)
    values = np.pad(known, ((1, 1), (1, 1), (0, 0)))
    rows, columns = np.nonzero(number >= 0)
    degree, right, entries = np.zeros(count, np.float32), np.zeros((count, known.shape[2]), np.float32), []
    for down, across in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        at = rows + down, columns + across
        degree += inside[at]
        right += values[at]
        unknown = np.flatnonzero(number[at] >= 0)
        entries.append((unknown, number[at][unknown]))
    off_rows, off_columns = (np.concatenate(part) for part in zip(*entries, strict=True))
    off = sparse.csr_matrix((np.full(len(off_rows), -1, np.float32), (off_rows, off_columns)), (count, count))
    return sparse.diags(degree).tocsr() + off, right
