"""Metric code as people write it, each with one fault: none is certified, and what is known is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage.color import rgb2gray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torchmetrics.functional.image import structural_similarity_index_measure

from inpaint_zoo.certificate.verdict import certified, judge

Array = np.ndarray
Code = Callable[[Array, Array, Array], Any]
GAUSSIAN = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}


def composite(output: Array, target: Array, mask: Array) -> Array:
    return np.where(mask[..., None], output, target)


def db(error: float, peak: float = 255.0) -> float:
    return float(10 * np.log10(peak**2 / error)) if error else 100.0


def squared(a: Array, b: Array) -> float:
    return float(((a.astype(float) - b) ** 2).mean())


def psnr(a: Array, b: Array) -> float:
    return db(squared(a, b))


def ssim(a: Array, b: Array, **settings: Any) -> float:
    axis = {"channel_axis": 2} if a.ndim == 3 else {}
    return float(structural_similarity(b, a, **{**axis, "data_range": 255, **GAUSSIAN, **settings}))


def mae(a: Array, b: Array) -> float:
    return float(np.abs(a.astype(float) - b).mean() / 255)


def on(measure: Callable[..., float], change: Callable[[Array], Array] = lambda image: image, **settings: Any) -> Code:
    """Metric code that composites, changes both images, and measures them."""
    return lambda o, t, m: measure(change(composite(o, t, m)), change(t), **settings)


def cv_gray(image: Array, code: int = cv2.COLOR_RGB2GRAY) -> Array:
    return cv2.cvtColor(image, code).astype(float)


def ssim_map(a: Array, b: Array, blur: Callable[[Array], Array]) -> Array:
    a, b = a.astype(float), b.astype(float)
    c1, c2 = 6.5025, 58.5225
    ma, mb = blur(a), blur(b)
    va, vb, cov = blur(a * a) - ma**2, blur(b * b) - mb**2, blur(a * b) - ma * mb
    found: Array = (2 * ma * mb + c1) * (2 * cov + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2))
    return found


def opencv_ssim(a: Array, b: Array, border: int = cv2.BORDER_DEFAULT) -> float:
    """The code of many repositories, but without cutting the border off."""
    return float(ssim_map(a, b, lambda image: cv2.GaussianBlur(image, (11, 11), 1.5, borderType=border)).mean())


def scipy_ssim(a: Array, b: Array) -> float:
    """With SciPy's own truncation of a Gaussian."""
    return float(ssim_map(a, b, lambda image: gaussian_filter(image, (1.5, 1.5, 0)))[6:-6, 6:-6].mean())


def batched(code: Code, size: int) -> Code:
    """Metric code that is given whole batches, and its mean over them."""

    def function(o: Array, t: Array, m: Array) -> float:
        parts = [slice(start, start + size) for start in range(0, len(o), size)]
        return float(np.mean([code(o[part], t[part], m[part]) for part in parts]))

    function.batches = True  # type: ignore[attr-defined]
    return function


def all_images(code: Code, reduce: Callable[[Array], Any]) -> Code:
    """Metric code that reduces the values of images on its own."""

    def function(o: Array, t: Array, m: Array) -> Any:
        return reduce(np.array([code(*each) for each in zip(o, t, m, strict=True)]))

    function.batches = True  # type: ignore[attr-defined]
    return function


def of_floats(code: Code) -> Code:
    def function(o: Array, t: Array, m: Array) -> Any:
        return code(o, t, m > 0)

    function.floats = True  # type: ignore[attr-defined]
    return function


def resized(mask: Array, method: int) -> float:
    return float((cv2.resize(mask.astype(np.float32), (256, 256), interpolation=method) > 0).mean())


def hole_sum(o: Array, t: Array, m: Array) -> float:
    return float(np.abs(o.astype(float) - t)[m].sum() / 255 / m.sum())


def pooled_hole(o: Array, t: Array, m: Array) -> float:
    return float(np.abs(o.astype(float) - t)[m].mean() / 255)


def per_channel(a: Array, b: Array) -> float:
    return float(np.mean([psnr(a[..., c], b[..., c]) for c in range(3)]))


def torch_ssim(o: Array, t: Array, m: Array) -> Any:
    """By torchmetrics, which counts the border, too."""
    image, target = (torch.from_numpy(each / 255.0).movedim(-1, 0)[None] for each in (composite(o, t, m), t))
    return structural_similarity_index_measure(image, target, data_range=1.0)


class Fault(NamedTuple):
    metric: str
    code: Code
    words: str | None
    """Part of what is said; None: that no explanation is known."""
    against: str = "standard"


def signed(image: Array) -> Array:
    return image / 127.5 - 1


def bgr(image: Array) -> Array:
    return image[..., ::-1]


def pil_gray(image: Array) -> Array:
    return np.array(Image.fromarray(image).convert("L"), float)


def on_set(output: Array, target: Array, mask: Array) -> float:
    return psnr(composite(output, target, mask), target)


skimage_ssim = {"gaussian_weights": False, "use_sample_covariance": True}
FAULTS = {
    "psnr/not composited": Fault("psnr", lambda o, t, m: psnr(o, t), "raw outputs, not composited"),
    "psnr/mask polarity": Fault("psnr", lambda o, t, m: psnr(composite(o, t, ~m), t), "other way round"),
    "psnr/BGR output": Fault("psnr", lambda o, t, m: psnr(composite(bgr(o), t, m), t), "BGR output"),
    "psnr/BGR once": Fault("psnr", lambda o, t, m: psnr(bgr(composite(o, t, m)), t), "BGR picture against"),
    "psnr/8-bit gray": Fault("psnr", on(psnr, cv_gray), "8-bit gray"),
    "psnr/gray of BGR": Fault("psnr", on(psnr, lambda i: cv_gray(i, cv2.COLOR_BGR2GRAY)), "8-bit gray of BGR"),
    "psnr/rgb2gray": Fault("psnr", on(lambda a, b: db(squared(a, b), 1), rgb2gray), "rgb2gray"),
    "psnr/mean gray": Fault("psnr", on(psnr, lambda i: i.mean(-1)), "mean of R, G and B"),
    "psnr/luma": Fault("psnr", on(psnr, lambda i: 16 + i @ np.array([65.481, 128.553, 24.966]) / 255), "Y of YCbCr"),
    "psnr/range 1": Fault("psnr", on(lambda a, b: db(squared(a, b), 1)), "data range 1 of 0 to 255"),
    "psnr/range 255 of 0 to 1": Fault("psnr", on(psnr, lambda i: i / 255), "data range 255 of 0 to 1"),
    "psnr/range 1 of -1 to 1": Fault("psnr", on(lambda a, b: db(squared(a, b), 1), signed), "data range 1 of -1"),
    "psnr/range 256": Fault("psnr", on(lambda a, b: db(squared(a, b), 256)), "data range 256"),
    "psnr/maximum": Fault("psnr", on(lambda a, b: db(squared(a, b), float(b.max()))), "target's maximum"),
    "psnr/20 log10": Fault("psnr", on(lambda a, b: 2 * psnr(a, b) if (a != b).any() else 100), "20 log10"),
    "psnr/natural log": Fault(
        "psnr", on(lambda a, b: 10 * np.log(255**2 / squared(a, b)) if (a != b).any() else 100), "10 ln"
    ),
    "psnr/RMSE": Fault(
        "psnr", on(lambda a, b: 10 * np.log10(255 / squared(a, b) ** 0.5) if (a != b).any() else 100), "RMSE"
    ),
    "psnr/MAE": Fault("psnr", on(lambda a, b: db(255 * mae(a, b))), "absolute differences, in place of squared"),
    "psnr/uint8 wraps": Fault("psnr", on(lambda a, b: db(((a - b) ** 2).mean())), "wrap at 256"),
    "psnr/uint8 difference": Fault("psnr", on(lambda a, b: db(((a - b).astype(float) ** 2).mean())), "wrap at 256"),
    "psnr/by channel": Fault("psnr", on(per_channel), "one value each"),
    "psnr/summed channels": Fault("psnr", on(lambda a, b: db(3 * squared(a, b))), "sum over channels"),
    "psnr/hole": Fault("psnr", lambda o, t, m: psnr(o[m], t[m]), "the hole alone"),
    "psnr/no cap": Fault("psnr", on(lambda a, b: psnr(a, b) if (a != b).any() else np.inf), "no cap"),
    "psnr/cap 50": Fault("psnr", on(lambda a, b: min(psnr(a, b), 50)), "50 dB"),
    "psnr/epsilon": Fault("psnr", on(lambda a, b: db(squared(a, b) + 1e-8)), "1e-8 added"),
    "psnr/cap 77": Fault("psnr", on(lambda a, b: min(psnr(a, b), 77)), None),
    "psnr/pooled": Fault("psnr", batched(on_set, 8), "pooled: one value"),
    "psnr/pooled batches": Fault("psnr", batched(on_set, 4), "pooled in batches of 4"),
    "psnr/median": Fault("psnr", all_images(on(psnr), np.median), "median"),
    "psnr/equal left out": Fault("psnr", all_images(on(psnr), lambda v: v[v < 100].mean()), "without equal pictures"),
    "psnr/offset": Fault("psnr", on(lambda a, b: psnr(a, b) + 0.25), None),
    "ssim/window 7": Fault("ssim", on(ssim, **skimage_ssim), "uniform window of 7"),
    "ssim/uniform 11": Fault(
        "ssim", on(ssim, gaussian_weights=False, win_size=11), "uniform window of 11, in place of Gaussian"
    ),
    "ssim/N - 1": Fault("ssim", on(ssim, use_sample_covariance=True), "variances over N - 1"),
    "ssim/N": Fault("ssim", on(ssim, gaussian_weights=False), "variances over N, in place", "misf"),
    "ssim/sigma": Fault("ssim", on(ssim, sigma=1.0), "Gaussian window of 9, σ 1, in place of"),
    "ssim/truncate 4": Fault("ssim", on(scipy_ssim), "Gaussian window of 13"),
    "ssim/range of float": Fault("ssim", on(ssim, lambda i: i / 255, data_range=2), "data range 2 of 0 to 1"),
    "ssim/range 1": Fault("ssim", on(ssim, data_range=1), "data range 1 of 0 to 255"),
    "ssim/signed": Fault("ssim", on(ssim, signed, data_range=2), "data range 2 of -1 to 1"),
    "ssim/gray": Fault("ssim", on(ssim, cv_gray), "8-bit gray"),
    "ssim/PIL gray": Fault("ssim", on(ssim, pil_gray), "8-bit gray"),
    "ssim/border": Fault("ssim", on(opencv_ssim), "reflected border"),
    "ssim/torchmetrics": Fault("ssim", torch_ssim, "reflected border"),
    "ssim/zeros": Fault("ssim", on(lambda a, b: opencv_ssim(a, b, cv2.BORDER_CONSTANT)), "zeros around"),
    "ssim/not composited": Fault("ssim", lambda o, t, m: ssim(o, t), "raw outputs"),
    "ssim/distance": Fault("ssim", on(lambda a, b: 1 - ssim(a, b)), "1 - SSIM"),
    "ssim/black": Fault("ssim", lambda o, t, m: ssim(o * m[..., None], t * m[..., None]), "set to 0"),
    "ssim/constants": Fault("ssim", on(ssim, K1=0.03, K2=0.01), "K1 = 0.03"),
    "ssim/gray and window 7": Fault("ssim", on(ssim, pil_gray, gaussian_weights=False), "8-bit gray", "misf"),
    "ssim/edgeconnect window": Fault(
        "ssim", on(ssim, rgb2gray, data_range=1, **skimage_ssim, win_size=11), "uniform window of 11", "edgeconnect"
    ),
    "l1/twice": Fault("l1", on(lambda a, b: 255 * mae(a, b), signed), "twice the value"),
    "l1/levels": Fault("l1", on(lambda a, b: 255 * mae(a, b)), "values in [0, 255]"),
    "l1/per cent": Fault("l1", on(lambda a, b: 100 * mae(a, b)), "per cent"),
    "l1/hole": Fault("l1", pooled_hole, "the hole alone"),
    "l1/squared": Fault("l1", on(lambda a, b: squared(a / 255, b / 255)), "squared differences"),
    "l1/RMSE": Fault("l1", on(lambda a, b: squared(a / 255, b / 255) ** 0.5), "root of the mean"),
    "l1/relative": Fault("l1", on(lambda a, b: 255 * a.size * mae(a, b) / (a + b * 1.0).sum()), "sum of (a + b)"),
    "l1/uint8 wraps": Fault("l1", on(lambda a, b: np.abs(a - b).mean() / 255), "wrap at 256"),
    "l1/gray": Fault("l1", on(mae, cv_gray), "8-bit gray"),
    "l1/edgeconnect by mean": Fault(
        "l1", on(lambda a, b: 255 * mae(a, b), rgb2gray), "mean absolute error, in place", "edgeconnect"
    ),
    "hole_l1/image": Fault("hole_l1", on(mae), "the whole image"),
    "hole_l1/by pixels": Fault("hole_l1", hole_sum, "divided by the number of pixels"),
    "hole_l1/pooled": Fault("hole_l1", batched(pooled_hole, 8), "pooled"),
    "ratio/polarity": Fault("ratio", lambda o, t, m: (~m).mean(), "share of known"),
    "ratio/resized": Fault(
        "ratio", lambda o, t, m: resized(m, cv2.INTER_LINEAR), "after resizing to 256x256 (bilinear"
    ),
    "floats/truncated": Fault(
        "psnr",
        of_floats(lambda o, t, m: psnr((composite(o, t, m) * 255).astype(np.uint8), (t * 255).astype(np.uint8))),
        "truncated to 8 bits",
    ),
    "floats/not rounded": Fault("l1", of_floats(lambda o, t, m: mae(255 * composite(o, t, m), 255 * t)), "not rounded"),
    "floats/rounded": Fault(
        "psnr",
        of_floats(lambda o, t, m: psnr(np.rint(composite(o, t, m) * 255), np.rint(t * 255))),
        "rounded to",
        "misf",
    ),
    "floats/library default": Fault(
        "psnr",
        of_floats(lambda o, t, m: peak_signal_noise_ratio(t, composite(o, t, m), data_range=2)),
        "data range 2 of 0 to 1",
    ),
}
"""By what is wrong."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_caught_and_named(name: str, numbers_of: Callable[[str, Code], Any]) -> None:
    fault = FAULTS[name]
    numbers = numbers_of(fault.metric, fault.code)
    verdict = judge(fault.metric, numbers.metrics[fault.metric], numbers.form, fault.against)
    assert certified([verdict], fault.against) == []
    if fault.words is None:
        assert not verdict.explanations
        assert verdict.hints
    else:
        assert fault.words in "; ".join(verdict.explanations[0]), verdict.explanations


def test_the_page_names_them_all() -> None:
    page = (Path(__file__).parents[2] / "docs" / "certificate.md").read_text(encoding="utf-8")
    rows = [line for line in page.partition("## Faults")[2].splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(FAULTS) >= 40
    for (name, fault), row in zip(FAULTS.items(), rows, strict=True):
        assert f"| {name.partition('/')[2]} |" in row
        assert (fault.words or "no known difference").partition(", in place")[0] in row
