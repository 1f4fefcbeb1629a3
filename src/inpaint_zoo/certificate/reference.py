"""PSNR, SSIM and L1 of the evaluation protocols in plain NumPy, and the pictures to try them on.

A second implementation, written from the definitions alone. It needs NumPy and Pillow, and its folder `corpus`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[Any]

CORPUS = Path(__file__).parent / "corpus"
CAP = 100.0  # PSNR of equal pictures, in dB
K = (0.01, 0.03)


class Pair(NamedTuple):
    """An output with its target."""

    output: Array
    """(H, W, 3) as a network returns it, known pixels included: uint8, or float32 in [0, 1]."""
    target: Array
    """(H, W, 3) in the form of `output`."""
    hole: Array
    """(H, W), True = hole."""


def read_corpus(folder: Path = CORPUS) -> dict[str, Pair]:
    """The pictures by name, as uint8."""
    return {
        path.stem: Pair(*(np.array(Image.open(folder / kind / path.name)) for kind in ("outputs", "targets", "masks")))
        for path in sorted((folder / "targets").glob("*.png"))
    }


def as_floats(pair: Pair) -> Pair:
    """The same as float32 in [0, 1]; outputs lie up to 0.3 steps of 1 / 255 beside whole steps."""
    beside = (np.tensordot([7, 11, 5], np.indices(pair.output.shape), 1) % 16 - 7.5) / 25
    output = np.clip(pair.output + beside, 0, 255) / 255
    return Pair(output.astype(np.float32), (pair.target / 255).astype(np.float32), pair.hole)


def composite(pair: Pair) -> Array:
    """(H, W, 3): the output in the hole, the target elsewhere."""
    return np.where(pair.hole[..., None], pair.output, pair.target)


def rounded(image: Array) -> Array:
    """As float64 from 0 to 255, in whole steps."""
    return image.astype(np.float64) if image.dtype == np.uint8 else np.rint(image.clip(0, 1).astype(np.float64) * 255)


def truncated(image: Array) -> Array:
    """As `rounded`, but floats lose what is behind the point, in their own precision."""
    return image.astype(np.float64) if image.dtype == np.uint8 else np.floor(image.clip(0, 1) * 255).astype(np.float64)


def unrounded(image: Array) -> Array:
    """As float64 from 0 to 255, in any steps; of the float32 values that networks work with."""
    return (image / np.float32(255) if image.dtype == np.uint8 else image).astype(np.float64) * 255


def gray(image: Array) -> Array:
    """(H, W, 1) float32 in [0, 1] of the rounded image, as scikit-image's `rgb2gray`."""
    floats = rounded(image).astype(np.float32) / np.float32(255)
    return np.expand_dims(floats @ np.array([0.2125, 0.7154, 0.0721], np.float32), -1)


def gaussian(size: int = 11, sigma: float = 1.5) -> Array:
    """The weights of a window, in one direction."""
    weights: Array = np.exp(-((np.arange(size) - size // 2) ** 2) / (2 * sigma**2))
    weights /= weights.sum()
    return weights


def psnr(image: Array, target: Array, peak: float, cap: float = math.inf) -> float:
    """10 log10 (peak² / MSE) in dB, one MSE over all pixels and channels."""
    error = float(np.mean((image.astype(np.float64) - target.astype(np.float64)) ** 2))
    return cap if error == 0 else min(cap, 10 * math.log10(peak**2 / error))


def smoothed(image: Array, weights: Array, padding: str | None = None) -> Array:
    """Weighted means in windows, of (H, W, C): where they fit in, or everywhere with `padding` as np.pad names it."""
    if padding is not None:
        side = (len(weights) // 2, (len(weights) - 1) // 2)
        image = np.pad(image, (side, side, (0, 0)), mode=padding)  # type: ignore[call-overload]
    for _ in range(2):
        places = (len(image) - len(weights) + 1, len(image))
        band = sum(weight * np.eye(*places, at) for at, weight in enumerate(weights))
        image = np.tensordot(band, image, 1).swapaxes(0, 1)
    return image


def ssim_map(
    a: Array, b: Array, weights: Array, peak: float, *, sample: bool = False, padding: str | None = None, k: Any = K
) -> Array:
    """SSIM (Wang et al. 2004) at every place of a window, with variances over N, or N - 1 where `sample`."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    moments = smoothed(np.concatenate([a, b, a * a + b * b, a * b], -1), weights, padding)
    mean_a, mean_b, squares, products = np.split(moments, 4, -1)
    unbiased = 1 / (1 - len(weights) ** -2) if sample else 1.0
    variances, cov = unbiased * (squares - mean_a**2 - mean_b**2), unbiased * (products - mean_a * mean_b)
    c1, c2 = (k[0] * peak) ** 2, (k[1] * peak) ** 2
    return np.asarray((2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1) * (2 * cov + c2) / (variances + c2))


def _of(measure: Callable[..., Any], *arguments: Any, form: Callable[[Array], Array], **named: Any) -> Any:
    """A metric of a pair: the mean of what `measure` gives for the composite and the target, both in `form`."""
    return lambda pair: float(np.mean(measure(form(composite(pair)), form(pair.target), *arguments, **named)))


def _l1(image: Array, target: Array) -> Array:
    return np.asarray(np.abs(image - target) / 255)


def _relative_l1(image: Array, target: Array) -> float:
    return float(np.abs(image - target).sum(dtype=np.float64) / (image + target).sum(dtype=np.float64))


_GAUSSIAN_SSIM = _of(ssim_map, gaussian(), 255, form=rounded)
_MEAN_L1 = _of(_l1, form=rounded)
PROTOCOLS: Mapping[str, Mapping[str, Callable[[Pair], float]]] = {
    "standard": {
        "psnr": _of(psnr, 255, CAP, form=rounded),
        "ssim": _GAUSSIAN_SSIM,
        "l1": _MEAN_L1,
        "hole_l1": lambda pair: float(_l1(rounded(pair.output), rounded(pair.target))[pair.hole].mean()),
        "ratio": lambda pair: float(pair.hole.mean()),
    },
    "misf": {
        "psnr": _of(psnr, 255, CAP, form=truncated),
        "ssim": _of(ssim_map, np.full(7, 1 / 7), 255, sample=True, form=truncated),
        "l1": _of(_l1, form=unrounded),
    },
    "edgeconnect": {
        "psnr": _of(psnr, 1, CAP, form=gray),
        "ssim": _of(ssim_map, np.full(51, 1 / 51), 1, sample=True, form=gray),
        "l1": _of(_relative_l1, form=gray),
    },
    "mat": {"psnr": _of(psnr, 255, form=rounded), "ssim": _GAUSSIAN_SSIM, "l1": _MEAN_L1},
    "lama": {"ssim": _of(ssim_map, gaussian(), 255, padding="constant", form=rounded)},
}
"""By protocol and metric; the mean over pictures is the number of a set."""
