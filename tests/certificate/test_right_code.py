"""Metric code of libraries and of papers that has no fault is certified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
import torch
import torchmetrics.functional.image as torch_images
from skimage.color import rgb2gray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torch import Tensor

from inpaint_zoo.certificate.verdict import certified, judge

Array = np.ndarray
GAUSSIAN = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}


def with_settings(code: Callable[..., Any], **settings: bool) -> Callable[..., Any]:
    for name, value in settings.items():
        setattr(code, name, value)
    return code


def composite(output: Array, target: Array, mask: Array) -> Array:
    return np.where(mask[..., None] > 0, output, target)


def scikit_image(output: Array, target: Array, mask: Array) -> dict[str, float]:
    image = composite(output, target, mask)
    equal = np.array_equal(image, target)
    return {
        "PSNR": 100.0 if equal else peak_signal_noise_ratio(target, image),
        "SSIM": structural_similarity(target, image, channel_axis=-1, **GAUSSIAN),
        "MAE": np.abs(image.astype(np.int16) - target).mean() / 255,
        "hole L1": np.abs(output.astype(np.int16) - target)[mask].mean() / 255,
        "L1-percent": 0.0,
    }


def without(name: str, code: Callable[..., dict[str, float]]) -> Callable[..., dict[str, float]]:
    return lambda *arguments: {key: value for key, value in code(*arguments).items() if key != name}


def scikit_image_misf(output: Array, target: Array, mask: Array) -> dict[str, float]:
    """Of float32 in [0, 1], cut to 8 bits."""
    image = np.clip(composite(output, target, mask), 0, 1)
    cut, cut_target = ((each * 255).astype(np.uint8) for each in (image, target))
    equal = np.array_equal(cut, cut_target)
    return {
        "psnr": 100.0 if equal else min(100.0, peak_signal_noise_ratio(cut_target, cut)),
        "ssim": structural_similarity(cut_target, cut, channel_axis=2),
        "l1": float(np.abs(image - target).mean()),
    }


def scikit_image_edgeconnect(output: Array, target: Array, mask: Array) -> dict[str, float]:
    image, target = (rgb2gray(each.astype(np.float32) / 255) for each in (composite(output, target, mask), target))
    equal = np.array_equal(image, target)
    return {
        "psnr": 100.0 if equal else peak_signal_noise_ratio(target, image, data_range=1),
        "ssim": structural_similarity(target, image, data_range=1, win_size=51),
        "mae": np.sum(np.abs(image - target)) / np.sum(image + target),
    }


def tensors(output: Array, target: Array, mask: Array) -> tuple[Tensor, Tensor]:
    """(B, 3, H, W) in [0, 1], the composite in steps of 1 / 255."""
    hole = torch.from_numpy(mask)[..., None] > 0
    image = torch.where(hole, torch.from_numpy(output), torch.from_numpy(target))
    return (image * 255).round().movedim(-1, 1) / 255, torch.from_numpy(target).movedim(-1, 1)


def torchmetrics_batches(output: Array, target: Array, mask: Array) -> dict[str, Tensor]:
    """Of all images together, one value for each."""
    image, original = tensors(output, target, mask)
    single = torch_images.peak_signal_noise_ratio(image, original, 1.0, reduction="none", dim=(1, 2, 3))
    return {
        "psnr": single.clamp(max=100),
        "l1": (image - original).abs().mean((1, 2, 3)),
    }


def torchmetrics_means(output: Array, target: Array, mask: Array) -> dict[str, Tensor]:
    return {name: values.mean() for name, values in torchmetrics_batches(output, target, mask).items()}


def torch_lama(output: Array, target: Array, mask: Array) -> dict[str, Tensor]:
    """SSIM by convolutions with zeros around the image."""
    image, original = tensors(output, target, mask)
    steps = torch.exp(-((torch.arange(11.0) - 5) ** 2) / 4.5)
    window = (torch.outer(steps, steps) / steps.sum() ** 2).expand(3, 1, 11, 11)

    def blur(x: Tensor) -> Tensor:
        return torch.nn.functional.conv2d(x, window, padding=5, groups=3)

    mx, my = blur(image), blur(original)
    vx, vy, cov = blur(image**2) - mx**2, blur(original**2) - my**2, blur(image * original) - mx * my
    maps = (2 * mx * my + 1e-4) * (2 * cov + 9e-4) / ((mx**2 + my**2 + 1e-4) * (vx + vy + 9e-4))
    return {"ssim": maps.mean((1, 2, 3))}


def numpy_mat(output: Array, target: Array, mask: Array) -> dict[str, float]:
    """With OpenCV's filter, without the border."""
    a, b = composite(output, target, mask).astype(float), target.astype(float)
    window = np.outer(kernel := cv2.getGaussianKernel(11, 1.5), kernel)
    ma, mb, aa, bb, ab = (cv2.filter2D(x, -1, window)[5:-5, 5:-5] for x in (a, b, a * a, b * b, a * b))
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    maps = (2 * ma * mb + c1) * (2 * (ab - ma * mb) + c2) / ((ma**2 + mb**2 + c1) * (aa - ma**2 + bb - mb**2 + c2))
    error = ((a - b) ** 2).mean()
    with np.errstate(divide="ignore"):
        return {"psnr": 20 * np.log10(255 / np.sqrt(error)), "ssim": maps.mean(), "l1": np.abs(a - b).mean() / 255}


def composites_only(output: Array, target: Array, mask: Array) -> dict[str, float]:
    """For code that is always given composites."""
    return {"ssim": structural_similarity(target, output, channel_axis=2, **GAUSSIAN), "ratio": float(mask.mean())}


RIGHT = {
    "scikit-image": (without("L1-percent", scikit_image), ["standard"]),
    "scikit-image, misf": (with_settings(scikit_image_misf, floats=True), ["misf"]),
    "scikit-image, edgeconnect": (scikit_image_edgeconnect, ["edgeconnect"]),
    "torchmetrics": (with_settings(torchmetrics_batches, floats=True, batches=True), ["standard"]),
    "torchmetrics, means": (with_settings(torchmetrics_means, floats=True, batches=True), ["standard"]),
    "torch, lama": (with_settings(torch_lama, floats=True, batches=True), ["lama"]),
    "NumPy and OpenCV, mat": (numpy_mat, ["mat"]),
    "composites": (with_settings(composites_only, composites=True), ["standard", "mat"]),
}
"""Metric code, and the protocols that it is certified for."""


@pytest.mark.parametrize("name", RIGHT)
def test_right_code_is_certified(name: str, numbers_of: Callable[..., Any]) -> None:
    code, protocols = RIGHT[name]
    numbers = numbers_of("evaluate", code)
    verdicts = [judge(metric, given, numbers.form) for metric, given in numbers.metrics.items()]
    assert certified(verdicts, None) == protocols
    assert not any(verdict.explanations or verdict.hints for verdict in verdicts)


def test_the_same_metric_twice_is_refused(numbers_of: Callable[..., Any]) -> None:
    with pytest.raises(Exception, match="l1 is there twice"):
        numbers_of("evaluate", scikit_image)
