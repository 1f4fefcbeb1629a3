"""Networks as methods: any size, one picture at a time."""

from __future__ import annotations

import numpy as np
import torch

from inpaint_zoo.methods.base import Sample, with_known_pixels
from inpaint_zoo.metrics.pictures import Picture, to_uint8
from inpaint_zoo.models.base import InpaintingNetwork


class NetworkMethod:
    """A network that fills pictures of any size: padded by reflection to what its stride allows, then cropped back.

    Args:
        network: In eval mode.
        device: Where it runs.
    """

    def __init__(self, network: InpaintingNetwork, device: torch.device) -> None:
        self.network = network.eval().to(device)
        self.device = device

    @torch.inference_mode()
    def __call__(self, sample: Sample) -> Picture:
        """Fill the hole; the hole's pixels are emptied before the network sees them."""
        height, width = sample.hole.shape
        # a network that looked into the hole would find nothing there
        emptied = np.where(sample.hole[..., None], np.uint8(0), sample.image)
        padding = ((0, self._extra(height)), (0, self._extra(width)))
        image = np.pad(emptied, (*padding, (0, 0)), mode="reflect")
        hole = np.pad(sample.hole, padding, mode="reflect")
        prediction = self.network(
            torch.from_numpy(image).permute(2, 0, 1)[None].to(self.device).float() / 255,
            torch.from_numpy(hole)[None, None].to(self.device).float(),
        )
        output = to_uint8(prediction.image)[0, :height, :width]
        return with_known_pixels(sample, output)

    def _extra(self, side: int) -> int:
        multiple = self.network.stride
        wanted = -(-max(side, self.network.minimum_size) // multiple) * multiple
        return wanted - side
