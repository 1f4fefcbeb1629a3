"""Networks as methods: images of any size, one at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from inpaint_zoo.evaluation.methods.base import Sample
from inpaint_zoo.images.arrays import DivergedError, FloatImageArray, Hole, to_float
from inpaint_zoo.images.record import ImageRecord
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.runtime.arithmetic import USUAL, Arithmetic

TRAINED_SIZE = 512
"""Longer side of the largest images that the networks are trained and published for."""


class NetworkMethod:
    """A network that fills images of any size: padded by reflection to a size that it accepts, then cropped back.

    Args:
        network: Is put into eval mode.
        device: Where the network runs.
        sees_complete: Give the complete image to the network, as protocols do that leak ground truth. By default the
            pixels inside the hole are set to 0 first.
        identity: What the outputs depend on: the model's name and the hash of its weights.
        arithmetic: How the network computes.
        trained_on: The images of its training; None where that is not known.

    Raises:
        InputError: The device cannot compute so.
    """

    def __init__(
        self,
        network: InpaintingNetwork,
        device: torch.device,
        sees_complete: bool = False,
        identity: dict[str, str] | None = None,
        *,
        arithmetic: Arithmetic = USUAL,
        trained_on: Sequence[ImageRecord] | None = None,
    ) -> None:
        arithmetic.check(device)
        self.network = network.eval().to(device)
        self.device = device
        self.sees_complete = sees_complete
        self.arithmetic = arithmetic
        self.trained_on = trained_on
        self._identity = {**(identity or {}), **arithmetic.identity()}
        if arithmetic.compile:
            self.network.compile_generate()

    @property
    def minimum_size(self) -> int:
        """The smallest side length of the network: smaller images are mirrored up to it."""
        return self.network.minimum_size

    @property
    def trained_size(self) -> int | None:
        """Beyond the size at which networks are trained, large holes are filled worse."""
        return TRAINED_SIZE

    def identity(self) -> dict[str, str]:
        """What the outputs depend on."""
        return {"kind": "network", **self._identity}

    def __call__(self, sample: Sample) -> FloatImageArray:
        """Fill the hole; returns the composite before any rounding, float32 (H, W, 3) in [0, 1].

        Raises:
            DivergedError: The network's image is not finite.
        """
        image = to_float(sample.image)
        if not self.sees_complete:
            return self.fill(image, sample.hole, sample.name)
        return np.where(sample.hole[..., None], self._output(image, sample.hole, sample.name), image)

    def fill(self, image: FloatImageArray, hole: Hole, name: str = "") -> FloatImageArray:
        """Fill the hole of a float image; whatever the network does, it cannot see what stands in the hole.

        Args:
            image: (H, W, 3) in [0, 1].
            hole: (H, W), True = hole.
            name: Of the image, for the message.

        Returns:
            (H, W, 3) in [0, 1]: the network's image in the hole, `image` elsewhere.

        Raises:
            DivergedError: The network's image is not finite.
        """
        seen = np.where(hole[..., None], np.float32(0), image)
        return np.where(hole[..., None], self._output(seen, hole, name), image)

    @torch.inference_mode()
    def _output(self, image: FloatImageArray, hole: Hole, name: str) -> FloatImageArray:
        height, width = hole.shape
        padding = self.padding(height, width)
        with self.arithmetic.context(self.device):
            prediction = self.network(
                torch.from_numpy(np.pad(image, (*padding, (0, 0)), mode="reflect"))
                .permute(2, 0, 1)[None]
                .to(self.device),
                torch.from_numpy(np.pad(hole, padding, mode="reflect"))[None, None].to(self.device).float(),
            )
        output = prediction.image[0].float().cpu()
        if not output.isfinite().all():
            raise DivergedError(f"{name}: " if name else "")
        return to_float(output.clamp(0, 1).permute(1, 2, 0).numpy())[:height, :width]

    def padding(self, height: int, width: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """By how many pixels an image is mirrored before and after its rows, and its columns."""
        return (0, self._extra(height)), (0, self._extra(width))

    def _extra(self, side: int) -> int:
        multiple = self.network.stride
        wanted = -(-max(side, self.network.minimum_size) // multiple) * multiple
        return wanted - side
