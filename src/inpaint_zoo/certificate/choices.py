"""The steps of metric code, and what people do in each: the words of a choice are what a certificate says of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from inpaint_zoo.certificate.reference import (
    CAP,
    Array,
    K,
    Pair,
    composite,
    gaussian,
    gray,
    rounded,
    truncated,
    unrounded,
)


class Choice(NamedTuple):
    """What a step may do."""

    words: str
    do: Any
    """A function or a number; what it takes is told by the step."""


Steps = Mapping[str, Mapping[str, Choice]]
"""By the name of the step and of the choice."""


def _turned(pair: Pair) -> Array:
    return np.where(pair.hole[..., None], pair.target, pair.output)


def _reversed(pair: Pair) -> Array:
    return np.where(pair.hole[..., None], pair.output[..., ::-1], pair.target)


def _weighted(*weights: float, offset: float = 0.0) -> Callable[[Array], Array]:
    """Gray values (H, W, 1) of (H, W, 3)."""
    return lambda image: offset + image @ np.array(weights)[:, None]


def _whole(bits: int, *weights: int) -> Callable[[Array], Array]:
    """Likewise in whole numbers: weights of a sum that is rounded after division by 2 to the power of `bits`."""
    return lambda image: np.floor(image @ np.array(weights)[:, None] / 2**bits + 0.5)


def _skimage_gray(image: Array) -> Array:
    return np.multiply(255.0, gray(image / 255), dtype=np.float64)


def _as_it_is(image: Array) -> Array:
    return image


def _backwards(image: Array) -> Array:
    return image[..., ::-1]


def _both(change: Callable[[Array], Array]) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    return change, change


PICTURES = {
    "composite": Choice("composites", composite),
    "output": Choice("raw outputs, not composited", lambda pair: pair.output),
    "turned": Choice("composites with the mask the other way round (1 = known)", _turned),
    "reversed": Choice("composites of a BGR output with an RGB target", _reversed),
    "target": Choice("the target compared with itself", lambda pair: pair.target),
}
"""Take a pair and give what is compared with its target."""
DEPTH = {
    "rounded": Choice("rounded to 8 bits", rounded),
    "truncated": Choice("truncated to 8 bits", truncated),
    "unrounded": Choice("not rounded to 8 bits", unrounded),
}
"""Make float64 in [0, 255] of it."""
_REC601 = (0.299, 0.587, 0.114)
_OPENCV = (9798, 19235, 3735)
_PILLOW = (19595, 38470, 7471)
"""In units of 2 to the power of -15 and -16."""
COLORS = {
    "rgb": Choice("R, G and B", _both(_as_it_is)),
    "skimage": Choice("gray (scikit-image's rgb2gray)", _both(_skimage_gray)),
    "rec601": Choice("gray (0.299 R + 0.587 G + 0.114 B)", _both(_weighted(*_REC601))),
    "opencv": Choice("8-bit gray, as OpenCV makes it", _both(_whole(15, *_OPENCV))),
    "pillow": Choice("8-bit gray, as Pillow makes it", _both(_whole(16, *_PILLOW))),
    "mean": Choice("gray (mean of R, G and B)", _both(_weighted(1 / 3, 1 / 3, 1 / 3))),
    "y": Choice("Y of YCbCr, 16 to 235", _both(_weighted(65.481 / 255, 128.553 / 255, 24.966 / 255, offset=16))),
    "bgr601": Choice("gray of BGR taken for RGB (0.299 B + …)", _both(_weighted(*_REC601[::-1]))),
    "bgr_opencv": Choice("8-bit gray of BGR taken for RGB", _both(_whole(15, *_OPENCV[::-1]))),
    "bgr_skimage": Choice("rgb2gray of BGR taken for RGB", _both(lambda image: _skimage_gray(image[..., ::-1]))),
    "bgr_once": Choice("a BGR picture against an RGB target", (_backwards, _as_it_is)),
}
"""One function for the picture, one for the target."""


def _box(hole: Array) -> Array:
    inside = np.zeros_like(hole)
    rows, columns = np.flatnonzero(hole.any(1)), np.flatnonzero(hole.any(0))
    inside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return inside


REGION = {
    "image": Choice("the whole image", np.ones_like),
    "hole": Choice("the hole alone", _as_it_is),
    "known": Choice("the known pixels alone", np.logical_not),
    "box": Choice("the hole's bounding box", _box),
}
"""Take a hole and give the pixels that count."""


def _wrapped(a: Array, b: Array) -> Array:
    return np.mod(np.subtract(np.rint(a), np.rint(b)), 256)


ELEMENTS = {
    "square": Choice("squared differences", lambda a, b: (a - b) ** 2),
    "absolute": Choice("absolute differences", lambda a, b: np.abs(a - b)),
    "wrapped": Choice("differences of uint8, which wrap at 256", _wrapped),
    "wrapped_square": Choice("squares of uint8, which wrap at 256", lambda a, b: np.mod(_wrapped(a, b) ** 2, 256)),
    "wrapped_root": Choice("squared differences of uint8, which wrap at 256", lambda a, b: _wrapped(a, b) ** 2),
}
AVERAGING = {
    "together": Choice("one mean over pixels and channels", None),
    "apart": Choice("the mean over R, G and B of one value each", None),
    "summed": Choice("the sum over channels, divided by the number of pixels", None),
}
PEAK = {
    "255": Choice("data range 255 of 0 to 255", lambda high, low: 255.0),
    "1": Choice("data range 1 of 0 to 255", lambda high, low: 1.0),
    "65025": Choice("data range 255 of 0 to 1", lambda high, low: 255.0**2),
    "127.5": Choice("data range 1 of -1 to 1", lambda high, low: 127.5),
    "510": Choice("data range 2 of 0 to 1 (that of -1 to 1)", lambda high, low: 510.0),
    "256": Choice("data range 256 of 0 to 255", lambda high, low: 256.0),
    "maximum": Choice("the target's maximum as data range", lambda high, low: high),
    "range": Choice("the target's maximum - minimum as data range", lambda high, low: high - low),
}
LOGARITHM = {
    "decibel": Choice("10 log10(peak² / MSE)", lambda ratio, peak: 10 * np.log10(ratio)),
    "twice": Choice("20 log10(peak² / MSE)", lambda ratio, peak: 20 * np.log10(ratio)),
    "root": Choice("10 log10(peak / RMSE)", lambda ratio, peak: 5 * np.log10(ratio)),
    "natural": Choice("10 ln(peak² / MSE)", lambda ratio, peak: 10 * np.log(ratio)),
    "binary": Choice("10 log2(peak² / MSE)", lambda ratio, peak: 10 * np.log2(ratio)),
    "unsquared": Choice("10 log10(peak / MSE)", lambda ratio, peak: 10 * np.log10(ratio / peak)),
    "turned": Choice("10 log10(MSE / peak²)", lambda ratio, peak: -10 * np.log10(ratio)),
}
EQUAL = {
    "100": Choice("equal pictures capped at 100 dB", CAP),
    "inf": Choice("no cap: equal pictures are infinite", math.inf),
    "none": Choice("equal pictures left out", math.nan),
    **{
        f"{value:g}": Choice(f"equal pictures given {value:g} dB", value)
        for value in (0.0, 48.0, 50.0, 60.0, 80.0, 99.0)
    },
    "eps8": Choice("equal pictures given 128.13 dB (1e-8 added to the MSE)", 10 * math.log10(255**2 * 1e8)),
    "eps10": Choice("equal pictures given 148.13 dB (1e-10 added to the MSE)", 10 * math.log10(255**2 * 1e10)),
    "eps12": Choice("equal pictures given 120 dB (1e-12 added to the MSE)", 120.0),
}
"""PSNR where nothing differs."""
TOTAL = {
    "mean": Choice("mean absolute error", lambda count, a, b: count),
    "relative": Choice("sum of |a - b| / sum of (a + b)", lambda count, a, b: a + b),
    "target": Choice("sum of |a - b| / sum of the target", lambda count, a, b: b),
}
"""What the sum of differences is divided by."""
SCALE = {
    "1": Choice("values in [0, 1]", 1 / 255),
    "255": Choice("values in [0, 255]", 1.0),
    "2": Choice("twice the value, as of [-1, 1]", 2 / 255),
    "half": Choice("half the value", 0.5 / 255),
    "percent": Choice("per cent", 100 / 255),
}
ROOT = {"no": Choice("the mean", _as_it_is), "yes": Choice("the root of the mean", np.sqrt)}
_SIGMAS = {0.5: (11, 5), 1.0: (11, 9, 7), 1.5: (7, 13, 9, 5, 3), 2.0: (11, 15), 3.0: (11,)}
"""σ of Gaussian windows, and sizes that are met with it."""
WINDOW = {
    "gauss11": Choice("Gaussian window of 11, σ 1.5", gaussian()),
    **{f"uniform{n}": Choice(f"uniform window of {n}", np.full(n, 1 / n)) for n in (7, 11, 51, 8, 9, 5, 3)},
    **{
        f"gauss{size}, σ {sigma:g}": Choice(f"Gaussian window of {size}, σ {sigma:g}", gaussian(size, sigma))
        for sigma, sizes in _SIGMAS.items()
        for size in sizes
    },
}
COVARIANCE = {
    "population": Choice("variances over N", False),
    "sample": Choice("variances over N - 1", True),
}
BORDER = {
    "valid": Choice("only windows that lie in the image", None),
    "zeros": Choice("zeros around the image, mean over all of it", "constant"),
    "symmetric": Choice("a mirrored border, mean over all of the image", "symmetric"),
    "reflect": Choice("a reflected border, mean over all of the image", "reflect"),
    "edge": Choice("a repeated border, mean over all of the image", "edge"),
}
SSIM_PEAK = {
    "255": Choice("data range 255 of 0 to 255", (255.0, 0.0)),
    "1": Choice("data range 1 of 0 to 255", (1.0, 0.0)),
    "65025": Choice("data range 255 of 0 to 1", (255.0**2, 0.0)),
    "510": Choice("data range 2 of 0 to 1 (that of -1 to 1)", (510.0, 0.0)),
    "signed": Choice("data range 2 of -1 to 1", (255.0, 127.5)),
    "127.5": Choice("data range 1 of -1 to 1", (127.5, 127.5)),
    "256": Choice("data range 256 of 0 to 255", (256.0, 0.0)),
}
"""The data range, and what is subtracted from values before."""
CONSTANTS = {
    "usual": Choice("K1 = 0.01, K2 = 0.03", K),
    "swapped": Choice("K1 = 0.03, K2 = 0.01", K[::-1]),
    "unsquared": Choice("C1 = 0.01, C2 = 0.03 (not squared) of values in [0, 1]", (math.sqrt(K[0]), math.sqrt(K[1]))),
    "unsquared_255": Choice("C = K · 255, not squared", (math.sqrt(K[0] / 255), math.sqrt(K[1] / 255))),
    "k2": Choice("K1 = 0.01, K2 = 0.02", (0.01, 0.02)),
    "none": Choice("C1 = C2 = 0", (1e-9, 1e-9)),
}
SSIM_REGION = {
    "image": Choice("the whole image", None),
    "hole": Choice("the SSIM map's mean in the hole", None),
    "black": Choice("images with known pixels set to 0", None),
}
OUTCOME = {
    "ssim": Choice("SSIM", _as_it_is),
    "distance": Choice("1 - SSIM", lambda value: 1 - value),
    "half": Choice("(1 - SSIM) / 2", lambda value: (1 - value) / 2),
    "percent": Choice("per cent", lambda value: 100 * value),
}


def _resized(side: int, method: Image.Resampling) -> Callable[[Array], float]:
    def share(hole: Array) -> float:
        picture = Image.fromarray(hole.astype(np.float32)).resize((side, side), method)
        return float((np.asarray(picture) > 0).mean())

    return share


SHARE = {
    "mask": Choice("the mask as it is", lambda hole: hole.mean()),
    "known": Choice("the share of known pixels", lambda hole: 1 - hole.mean()),
    "percent": Choice("per cent", lambda hole: 100 * hole.mean()),
    "channels": Choice("the sum of a mask of 3 channels / pixels", lambda hole: 3 * hole.mean()),
    "levels": Choice("the mean of a mask of 0 and 255", lambda hole: 255 * hole.mean()),
    "box": Choice("the hole's bounding box", lambda hole: _box(hole).mean()),
    "width": Choice("the sum of the mask / width²", lambda hole: hole.sum() / hole.shape[1] ** 2),
    "height": Choice("the sum of the mask / height²", lambda hole: hole.sum() / hole.shape[0] ** 2),
    "256²": Choice("the sum of the mask / 256²", lambda hole: hole.sum() / 256**2),
    **{
        f"{method.name} {side}": Choice(
            f"the mask after resizing to {side}x{side} ({method.name.lower()}, > 0)", _resized(side, method)
        )
        for side in (256, 512, 128, 64)
        for method in (Image.Resampling.BILINEAR, Image.Resampling.NEAREST, Image.Resampling.BICUBIC)
    },
}
"""The hole ratio."""
