"""The base class of all networks, which checks their inputs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from inpaint_zoo.batch import Prediction
from inpaint_zoo.errors import InputError


class InpaintingNetwork(nn.Module, ABC):
    """A generator: `network(image, mask)` fills the hole of `image` and returns a `Prediction`."""

    stride: int
    """Side lengths must be multiples of this."""
    minimum_size: int
    """The smallest side length."""
    generate: Callable[..., Any]
    """From images in the range of the losses to the network's images; `forward` and the losses use it."""

    def check(self, image: Tensor, mask: Tensor) -> None:
        """Check the shapes of the inputs.

        Raises:
            InputError: Wrong shapes, or a size that is too small or not divisible.
        """
        height, width = image.shape[-2:]
        if image.ndim != 4 or image.shape[1] != 3 or mask.shape != (image.shape[0], 1, height, width):
            raise InputError(
                f"image must be (B, 3, H, W) and mask (B, 1, H, W); got {tuple(image.shape)} and {tuple(mask.shape)}."
            )
        self.check_size(height, width)

    def check_size(self, height: int, width: int) -> None:
        """Check the size of the images.

        Raises:
            InputError: It is too small or not divisible; the message names a size that is possible.
        """
        wanted = [max(-(-side // self.stride), -(-self.minimum_size // self.stride)) for side in (height, width)]
        if [count * self.stride for count in wanted] != [height, width]:
            raise InputError(
                f"{type(self).__name__} takes side lengths that are multiples of {self.stride} and at least "
                f"{self.minimum_size}; got {height}x{width}: pad or crop to "
                f"{wanted[0] * self.stride}x{wanted[1] * self.stride} (in training: data.size)."
            )

    def compile_generate(self) -> None:
        """Compile `generate`; the names in the state dict do not change."""
        self.generate = torch.compile(self.generate)

    @abstractmethod
    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        """Fill the holes.

        Args:
            image: (B, 3, H, W) in [0, 1]; its pixels inside the hole are never used.
            mask: (B, 1, H, W), exactly 0 or 1, 1 = hole.
        """
