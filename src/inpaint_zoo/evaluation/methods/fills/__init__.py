"""Classical fills, which need no training: the baselines of every network."""

from collections.abc import Callable, Mapping

from inpaint_zoo.evaluation.methods.fills.mean import MID_GRAY, fill_mean
from inpaint_zoo.evaluation.methods.fills.nearest import fill_nearest
from inpaint_zoo.evaluation.methods.fills.opencv import fill_navier_stokes, fill_telea
from inpaint_zoo.evaluation.methods.fills.patchmatch import fill_patchmatch
from inpaint_zoo.images.arrays import Hole, ImageArray

FILLS: Mapping[str, Callable[[ImageArray, Hole], ImageArray]] = {
    "mean": fill_mean,
    "nearest": fill_nearest,
    "opencv_telea": fill_telea,
    "opencv_navier_stokes": fill_navier_stokes,
    "patchmatch": fill_patchmatch,
}
"""Each fill takes an image (H, W, 3) and its hole (H, W), and returns the filled image (H, W, 3)."""

__all__ = ["FILLS", "MID_GRAY", "fill_mean", "fill_navier_stokes", "fill_nearest", "fill_patchmatch", "fill_telea"]
