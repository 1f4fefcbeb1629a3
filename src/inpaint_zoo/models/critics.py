"""Discriminators of the networks, for any generator: all see images in [0, 1]."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from inpaint_zoo.layers.patch_discriminator import PatchDiscriminator
from inpaint_zoo.losses.adversarial import AdversarialLoss
from inpaint_zoo.models.adversarial import discriminator_loss, generator_loss
from inpaint_zoo.models.ctsdg.discriminator import CTSDGDiscriminator
from inpaint_zoo.models.deepfillv2.discriminator import SNPatchDiscriminator
from inpaint_zoo.models.structure import StructureExtractor


class Critic(nn.Module, ABC):
    """A discriminator D and its two losses.

    Images are (B, 3, H, W) in [0, 1]; `output` is a generator's, not composited; `mask` is (B, 1, H, W), 1 = hole.
    """

    def check_size(self, height: int, width: int) -> None:
        """Refuse images that are too small for one patch, with an `InputError`."""
        PatchDiscriminator.check_size(height, width)

    @abstractmethod
    def generator_loss(self, loss: AdversarialLoss, output: Tensor, image: Tensor, mask: Tensor) -> Tensor:
        """What the generator minimises; no gradient reaches D."""

    @abstractmethod
    def discriminator_loss(self, loss: AdversarialLoss, output: Tensor, image: Tensor, mask: Tensor) -> Tensor:
        """What D minimises; no gradient reaches `output`."""


class PatchCritic(Critic):
    """Patches of the whole image, as in EdgeConnect and MISF.

    Args:
        base_channels: See `PatchDiscriminator`.
    """

    def __init__(self, *, base_channels: int = 64) -> None:
        super().__init__()
        self.discriminator = PatchDiscriminator(in_channels=3, base_channels=base_channels)

    def generator_loss(self, loss: AdversarialLoss, output: Tensor, image: Tensor, mask: Tensor) -> Tensor:
        """As `Critic.generator_loss`."""
        return generator_loss(self.discriminator, loss, output)

    def discriminator_loss(self, loss: AdversarialLoss, output: Tensor, image: Tensor, mask: Tensor) -> Tensor:
        """As `Critic.discriminator_loss`."""
        return discriminator_loss(self.discriminator, loss, output, image)


class TwoBranchCritic(Critic):
    """Patches of the whole image, and of its edges and gray, as in CTSDG.

    Args:
        base_channels: See `CTSDGDiscriminator`.
    """

    def __init__(self, *, base_channels: int = 64) -> None:
        super().__init__()
        self.discriminator = CTSDGDiscriminator(base_channels=base_channels)
        self.extract_structure = StructureExtractor("complete", "clean")

    def generator_loss(self, loss: AdversarialLoss, output: Tensor, image: Tensor, mask: Tensor) -> Tensor:
        """As `Critic.generator_loss`."""
        return self.discriminator.generator_loss(loss, 2 * output - 1, self.extract_structure(image, mask))

    def discriminator_loss(self, loss: AdversarialLoss, output: Tensor, image: Tensor, mask: Tensor) -> Tensor:
        """As `Critic.discriminator_loss`."""
        truth = self.extract_structure(image, mask)
        return self.discriminator.discriminator_loss(loss, 2 * output - 1, 2 * image - 1, truth)


class MaskedPatchCritic(Critic):
    """Patches of the composite beside its mask, as in DeepFillv2.

    Args:
        base_channels: See `SNPatchDiscriminator`.
    """

    def __init__(self, *, base_channels: int = 64) -> None:
        super().__init__()
        self.discriminator = SNPatchDiscriminator(base_channels=base_channels)

    def check_size(self, height: int, width: int) -> None:
        """No image is too small."""

    def generator_loss(self, loss: AdversarialLoss, output: Tensor, image: Tensor, mask: Tensor) -> Tensor:
        """As `Critic.generator_loss`; the gradient reaches the hole of `output` only."""
        made = torch.where(mask.bool(), output, image)
        return self.discriminator.generator_loss(loss, 2 * made - 1, mask)

    def discriminator_loss(self, loss: AdversarialLoss, output: Tensor, image: Tensor, mask: Tensor) -> Tensor:
        """As `Critic.discriminator_loss`."""
        made = torch.where(mask.bool(), output, image)
        return self.discriminator.discriminator_loss(loss, 2 * made - 1, 2 * image - 1, mask)


CRITICS: Mapping[str, type[Critic]] = {
    "patch": PatchCritic,
    "two_branch": TwoBranchCritic,
    "masked_patch": MaskedPatchCritic,
}
"""By the name that a configuration uses."""
