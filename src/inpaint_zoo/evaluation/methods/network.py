"""Networks as methods: images of any size, one at a time."""

from __future__ import annotations

import numpy as np
import torch

from inpaint_zoo.evaluation.methods.base import Sample
from inpaint_zoo.images.arrays import DivergedError, FloatImageArray, ImageArray, to_float
from inpaint_zoo.models.network import InpaintingNetwork


class NetworkMethod:
    """A network that fills images of any size: padded by reflection to a size that it accepts, then cropped back.

    Args:
        network: Is put into eval mode.
        device: Where the network runs.
        sees_complete: Give the complete image to the network, as protocols do that leak ground truth. By default the
            pixels inside the hole are set to 0 first.
        identity: What the outputs depend on: the model's name and the hash of its weights.
    """

    def __init__(
        self,
        network: InpaintingNetwork,
        device: torch.device,
        sees_complete: bool = False,
        identity: dict[str, str] | None = None,
    ) -> None:
        self.network = network.eval().to(device)
        self.device = device
        self.sees_complete = sees_complete
        self._identity = identity or {}

    def identity(self) -> dict[str, str]:
        """What the outputs depend on."""
        return {"kind": "network", **self._identity}

    @torch.inference_mode()
    def __call__(self, sample: Sample) -> FloatImageArray:
        """Fill the hole; returns the composite before any rounding, float32 (H, W, 3) in [0, 1].

        Raises:
            DivergedError: The network's image is not finite.
        """
        height, width = sample.hole.shape
        padding = ((0, self._extra(height)), (0, self._extra(width)))
        image = np.pad(self._seen(sample), (*padding, (0, 0)), mode="reflect")
        hole = np.pad(sample.hole, padding, mode="reflect")
        prediction = self.network(
            torch.from_numpy(image).permute(2, 0, 1)[None].to(self.device).float() / 255,
            torch.from_numpy(hole)[None, None].to(self.device).float(),
        )
        filled = prediction.image[0].float().cpu()
        if not filled.isfinite().all():
            raise DivergedError(f"{sample.name}: ")
        output = to_float(filled.clamp(0, 1).permute(1, 2, 0).numpy())
        return np.where(sample.hole[..., None], output[:height, :width], to_float(sample.image))

    def _seen(self, sample: Sample) -> ImageArray:
        # whatever a network does, it cannot see the original inside the hole
        return sample.image if self.sees_complete else np.where(sample.hole[..., None], np.uint8(0), sample.image)

    def _extra(self, side: int) -> int:
        multiple = self.network.stride
        wanted = -(-max(side, self.network.minimum_size) // multiple) * multiple
        return wanted - side
