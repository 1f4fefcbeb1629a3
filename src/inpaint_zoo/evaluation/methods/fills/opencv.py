"""OpenCV's two diffusion fills; an image one pixel high or wide, which OpenCV cannot fill, gets its mean instead."""

from __future__ import annotations

import cv2
import numpy as np

from inpaint_zoo.evaluation.methods.fills.mean import fill_mean
from inpaint_zoo.images.arrays import Hole, ImageArray

INPAINT_RADIUS = 3.0
"""Radius in pixels of the neighbourhood that each filled pixel depends on; that of OpenCV's own example."""


def fill_telea(image: ImageArray, hole: Hole) -> ImageArray:
    """Fast marching (Telea, Journal of Graphics Tools 2004).

    Args:
        image: (H, W, 3); values in the hole are not read.
        hole: (H, W), True = hole.

    Returns:
        (H, W, 3), known pixels bit-identical. An image that is all hole becomes mid gray (128).
    """
    return _inpaint(image, hole, cv2.INPAINT_TELEA)


def fill_navier_stokes(image: ImageArray, hole: Hole) -> ImageArray:
    """Navier-Stokes (Bertalmio, Bertozzi and Sapiro, CVPR 2001).

    Args:
        image: (H, W, 3); values in the hole are not read.
        hole: (H, W), True = hole.

    Returns:
        (H, W, 3), known pixels bit-identical. An image that is all hole becomes mid gray (128).
    """
    return _inpaint(image, hole, cv2.INPAINT_NS)


def _inpaint(image: ImageArray, hole: Hole, method: int) -> ImageArray:
    # OpenCV 4.10 to 5.0 reads pixels of the hole before it has filled them, so they are replaced first
    covered = fill_mean(image, hole)
    # it does not change an image that is all hole, and reads out of bounds if one is one pixel high or wide
    if hole.all() or not hole.any() or min(hole.shape) == 1:
        return covered
    inpainted = cv2.inpaint(covered, hole.astype(np.uint8), INPAINT_RADIUS, method)
    return np.where(hole[..., None], inpainted, image).astype(np.uint8)
