"""Training with a patch discriminator on whole images, as EdgeConnect introduced it and MISF has it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from inpaint_zoo.checks import choose, true_or_false
from inpaint_zoo.layers.freezing import frozen
from inpaint_zoo.layers.patch_discriminator import PatchDiscriminator
from inpaint_zoo.losses.adversarial import ADVERSARIAL_LOSSES, AdversarialLoss
from inpaint_zoo.losses.perceptual import VGGFeatures, perceptual_distance, style_distance
from inpaint_zoo.losses.reconstruction import l1_per_hole_ratio
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.optimization import OptimizerFactory, ScheduleFactory

PERCEPTUAL_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
STYLE_LAYERS = ("relu2_2", "relu3_4", "relu4_4", "relu5_2")


def generator_loss(discriminator: nn.Module, loss: AdversarialLoss, *seen: Tensor) -> Tensor:
    """What a generator minimises, from what a frozen discriminator says about `seen`."""
    with frozen(discriminator):
        return loss.generator(discriminator(*seen))


def discriminator_loss(discriminator: nn.Module, loss: AdversarialLoss, output: Tensor, image: Tensor) -> Tensor:
    """What a discriminator minimises: half of the terms of the complete `image` and of the generated `output`.

    No gradient reaches `output`.
    """
    real, fake = discriminator(image), discriminator(output.detach())
    return loss.discriminator(real, fake) / 2


class AdversarialModule(InpaintingModule):
    """A network whose images a discriminator sees as they are, not composited; images are in [0, 1].

    Args:
        network: Keyword arguments of the network.
        discriminator: Keyword arguments of `PatchDiscriminator` (without `in_channels`).
        discriminator_lr_scale: Learning rate of D divided by that of G.
        frozen_discriminator: Whether D is frozen while G's adversarial term is computed. Otherwise D also learns to
            lower this term, which is G's: a defect of MISF's released loop, whose D keeps the gradient of G's step.
        adversarial_loss: A name of `ADVERSARIAL_LOSSES`.
        loss_network: Weights of VGG19, see `VGGFeatures`.
        loss_weights: Factors of l1, perceptual, style, adversarial, discriminator, and of terms that a subclass adds.
        optimizer: See `InpaintingModule`.
        lr_schedule: See `InpaintingModule`.
    """

    vgg: VGGFeatures

    def __init__(
        self,
        *,
        network: Mapping[str, Any] | None,
        discriminator: Mapping[str, Any] | None,
        discriminator_lr_scale: float,
        adversarial_loss: str,
        loss_network: str,
        loss_weights: Mapping[str, float],
        optimizer: OptimizerFactory | None,
        lr_schedule: ScheduleFactory | None,
        frozen_discriminator: bool = True,
    ) -> None:
        super().__init__(network=network, loss_weights=loss_weights, optimizer=optimizer, lr_schedule=lr_schedule)
        self.discriminator = PatchDiscriminator(in_channels=3, **self.discriminator_arguments(discriminator))
        # without its own term D is not trained, and DDP would wait for gradients that are never computed
        self.discriminator.requires_grad_(self.wants("discriminator"))
        self.discriminator_lr_scale = discriminator_lr_scale
        self.frozen_discriminator = true_or_false(frozen_discriminator, "model.frozen_discriminator")
        self.adversarial_loss = choose(ADVERSARIAL_LOSSES, adversarial_loss, "model.adversarial_loss")
        if self.wants("perceptual", "style"):
            self.vgg = VGGFeatures("vgg19", PERCEPTUAL_LAYERS + STYLE_LAYERS, loss_network)

    def check_training(self, batch_size: int, height: int, width: int) -> None:
        """As `InpaintingModule.check_training`; the discriminator has a minimum size too."""
        super().check_training(batch_size, height, width)
        PatchDiscriminator.check_size(height, width)

    def parameter_groups(self) -> list[dict[str, Any]]:
        """G, and D at its own rate."""
        return [
            {"params": list(self.network.parameters())},
            {"params": list(self.discriminator.parameters()), "lr_scale": self.discriminator_lr_scale},
        ]

    def losses_of(self, output: Tensor, image: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """`l1`, `perceptual`, `style`, `adversarial` of G and `discriminator` of D; a subclass adds its own.

        Args:
            output: (B, 3, H, W), the network's, not composited.
            image: (B, 3, H, W) in [0, 1].
            mask: (B, 1, H, W), 1 = hole.
        """
        terms = {}
        if self.wants("l1"):
            terms["l1"] = l1_per_hole_ratio(output, image, mask)
        if self.wants("perceptual"):
            terms["perceptual"] = perceptual_distance(*self._features(output, image, PERCEPTUAL_LAYERS))
        if self.wants("style"):
            # Gram matrices of images that are 0 outside the hole: only the hole is compared, and no mask is resized
            made, wanted = (torch.where(mask.bool(), each, 0) for each in (output, image))
            terms["style"] = style_distance(*self._features(made, wanted, STYLE_LAYERS))
        if self.wants("discriminator"):
            terms["discriminator"] = discriminator_loss(self.discriminator, self.adversarial_loss, output, image)
        if self.wants("adversarial"):
            with frozen(self.discriminator) if self.frozen_discriminator else nullcontext():
                terms["adversarial"] = self.adversarial_loss.generator(self.discriminator(output))
        return terms

    def _features(
        self, output: Tensor, target: Tensor, layers: tuple[str, ...]
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        with torch.no_grad():
            of_target = self.vgg(target, layers)
        return self.vgg(output, layers), of_target
