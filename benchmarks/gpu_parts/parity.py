"""Whether networks compute on a device what they compute on the CPU."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from gpu_parts.apart import Row
from gpu_parts.precision import computing_in
from gpu_parts.scale import MODELS, Scale
from inpaint_zoo.batch import Batch
from inpaint_zoo.benchmark.subject import photograph
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.zoo import create_model

SEED = 0
TOLERANCE = 1e-4
"""Of the range of values of a network's image, in float32."""
BF16_TOLERANCE = 1e-2
"""Of the range of images, which is 1: random weights use little of it, and MISF 1 %."""


def differences(scale: Scale, device: str) -> Iterator[Row]:
    """Compare the images of the three networks, which have random weights, by the range of their values.

    Yields:
        `range` of the values on the CPU; the largest difference to them, as a share of that range: of float64 on the
        CPU (`rounding`: what float32 is worth there), and of `float32`, `tf32` and `bf16` on the device; `bf16_mean`;
        `passed`: whether `float32` is within `TOLERANCE`; `bf16_passed`: whether `bf16` is within `BF16_TOLERANCE`.
    """
    for model in MODELS:
        torch.manual_seed(SEED)
        network = create_model(model, **scale.networks.get(model, {})).eval()
        batch = photograph(scale.parity_size, 2)
        exact = image_of(network, batch, "cpu")
        width = float(exact.max() - exact.min())
        double = image_of(network.double(), batch, "cpu")
        network.float().to(device)
        found = {name: image_of(network, batch, device, name) for name in ("float32", "tf32", "bf16")}
        shares = {name: share(image, exact, width) for name, image in {"rounding": double, **found}.items()}
        mean = float((found["bf16"] - exact).abs().mean()) / width
        yield {
            "model": model, "range": width, **shares, "bf16_mean": mean,
            "passed": shares["float32"] <= TOLERANCE, "bf16_passed": shares["bf16"] * width <= BF16_TOLERANCE,
        }  # fmt: skip


@torch.no_grad()
def image_of(network: InpaintingNetwork, batch: Batch, device: str, precision: str = "float32") -> Tensor:
    """The network's image, neither clamped nor composited, (B, 3, H, W), on the CPU in float64."""
    with computing_in(precision, device):
        found: Tensor = network(batch["image"].to(device), batch["mask"].to(device)).image
    return found.double().cpu()


def share(found: Tensor, exact: Tensor, width: float) -> float:
    """The largest difference as a share of `width`; infinite where a value is not finite."""
    largest = float((found - exact).abs().max())
    return largest / width if math.isfinite(largest) and width else math.inf
