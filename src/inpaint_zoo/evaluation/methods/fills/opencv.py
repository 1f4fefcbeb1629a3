"""OpenCV's two diffusion fills. An image one pixel high or wide, which OpenCV cannot treat, gets its mean instead."""

from __future__ import annotations

import cv2
import numpy as np

from inpaint_zoo.evaluation.methods.fills.mean import fill_mean
from inpaint_zoo.images.arrays import Hole, ImageArray

INPAINT_RADIUS = 3.0
"""Pixels around each filled one that are looked at; the radius of OpenCV's own example."""


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
    # OpenCV 4.10 to 5.0 reads pixels of the hole that it has not filled yet, so what lay there is covered first
    covered = fill_mean(image, hole)
    # it leaves an all-hole image alone, and reads beyond an image that is one pixel high or wide
    if hole.all() or not hole.any() or min(hole.shape) == 1:
        return covered
    inpainted = cv2.inpaint(covered, hole.astype(np.uint8), INPAINT_RADIUS, method)
    return np.where(hole[..., None], inpainted, image).astype(np.uint8)
