"""The base class of all networks, which checks their inputs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from inpaint_zoo.batch import Prediction
from inpaint_zoo.checks import as_given
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.inputs import check_image, check_mask, check_shapes


class InpaintingNetwork(nn.Module, ABC):
    """A generator: `network(image, mask)` fills the hole of `image` and returns a `Prediction`."""

    stride: int
    """Side lengths must be multiples of this."""
    minimum_size: int
    """The smallest side length."""
    normalizes_deepest = False
    """Whether features at 1/`stride` are batch-normalised: one small image has too few of them for a training."""
    generate: Callable[..., Any]
    """From images in the range of the losses to the network's images; `forward` and the losses use it."""

    _checked = False

    def check(self, image: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Check the inputs, and return them in the type of the network; what stands in the hole may be anything.

        Values are checked in every call on the CPU, and on other devices in the first call of the network only: there a
        check has to wait for the work before it.

        Args:
            image: (B, 3, H, W) in [0, 1], of any float type.
            mask: (B, 1, H, W), exactly 0 or 1, of any type.

        Raises:
            InputError: Wrong shapes, types or values, or a size that is too small or not divisible.
        """
        check_shapes(image, mask)
        self.check_size(*image.shape[-2:])
        if not (torch.compiler.is_compiling() or image.is_meta or (self._checked and image.device.type != "cpu")):
            check_mask(mask)
            check_image(image, self.visible(mask))
            self._checked = True
        dtype = next((parameter.dtype for parameter in self.parameters()), image.dtype)
        return image.to(dtype), mask.to(image.device, dtype)

    def visible(self, mask: Tensor) -> Tensor:
        """The pixels that the network looks at, (B, 1, H, W) bool; `mask` is one of `forward`."""
        return mask == 0

    def check_size(self, height: int, width: int) -> None:
        """Check the size of the images.

        Raises:
            InputError: It is too small or not divisible; the message names a size that is possible.
        """
        wanted = [max(-(-side // self.stride), -(-self.minimum_size // self.stride)) for side in (height, width)]
        if [count * self.stride for count in wanted] != [height, width]:
            sides = [count * self.stride for count in wanted]
            size = as_given(sides[0] if sides[0] == sides[1] else sides)
            raise InputError(
                f"{type(self).__name__} takes side lengths that are multiples of {self.stride} and at least "
                f"{self.minimum_size}; got {width}x{height} (width x height): pad or crop to {sides[1]}x{sides[0]} (in "
                f"training: data.size={size})."
            )

    def check_batch_norm(self, image: Tensor) -> None:
        """`check_statistics` of `image`, (B, 3, H, W), if a batch normalisation is in training mode."""
        if any(layer.training for layer in self.modules() if isinstance(layer, nn.BatchNorm2d)):
            self.check_statistics(len(image), *image.shape[-2:])

    def check_statistics(self, batch_size: int, height: int, width: int) -> None:
        """Refuse a batch that is too small for batch normalisation in training, in a network that halves to 1/`stride`.

        Raises:
            InputError: It leaves one value per channel at the deepest level.
        """
        if batch_size * height * width == self.stride**2:
            raise InputError(
                f"one image of {self.stride}x{self.stride} leaves one value per channel at the deepest level, too few "
                "for batch normalisation in training: use a larger data.batch_size or data.size."
            )

    @property
    def auxiliary(self) -> tuple[nn.Module, ...]:
        """Parts of intermediate images alone: a loss of the final image trains none of them."""
        return ()

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
