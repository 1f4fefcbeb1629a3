"""Training of DeepFillv2: L1 on both images, and a hinge loss on the composite."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from inpaint_zoo.batch import Batch, taught
from inpaint_zoo.checks import choose
from inpaint_zoo.losses.adversarial import ADVERSARIAL_LOSSES
from inpaint_zoo.losses.reconstruction import l1
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.deepfillv2.discriminator import SNPatchDiscriminator
from inpaint_zoo.models.deepfillv2.network import DeepFillv2Network, Generated
from inpaint_zoo.models.optimization import OptimizerFactory, ScheduleFactory

LOSS_WEIGHTS = {
    "coarse": 1,
    "refined": 1,
    "adversarial": 1,
    "discriminator": 1,
}
OPTIMIZER = partial(torch.optim.Adam, lr=1e-4, betas=(0.5, 0.999))


class DeepFillv2(InpaintingModule):
    """DeepFillv2 with its discriminator and losses; everything is computed on images in [-1, 1].

    Args:
        network: Keyword arguments of `DeepFillv2Network`.
        discriminator: Keyword arguments of `SNPatchDiscriminator` (without `resampling`, which is the network's).
        discriminator_lr_scale: Learning rate of D divided by that of G.
        adversarial_loss: A name of `ADVERSARIAL_LOSSES`.
        loss_weights: Factors of coarse, refined, adversarial and discriminator.
        optimizer: See `InpaintingModule`.
        lr_schedule: See `InpaintingModule`.
    """

    name = "deepfillv2"
    network_class = DeepFillv2Network
    network: DeepFillv2Network

    def __init__(
        self,
        *,
        network: Mapping[str, Any] | None = None,
        discriminator: Mapping[str, Any] | None = None,
        discriminator_lr_scale: float = 1.0,
        adversarial_loss: str = "hinge",
        loss_weights: Mapping[str, float] = LOSS_WEIGHTS,
        optimizer: OptimizerFactory | None = OPTIMIZER,
        lr_schedule: ScheduleFactory | None = None,
    ) -> None:
        super().__init__(network=network, loss_weights=loss_weights, optimizer=optimizer, lr_schedule=lr_schedule)
        self.discriminator = SNPatchDiscriminator(
            resampling=self.hparams["network"]["resampling"], **(discriminator or {})
        )
        # no loss term trains these: DDP would wait for gradients that are never computed
        self.discriminator.requires_grad_(self.wants("discriminator"))
        self.network.refinement.requires_grad_(self.wants("refined", "adversarial"))
        self.discriminator_lr_scale = discriminator_lr_scale
        self.adversarial_loss = choose(ADVERSARIAL_LOSSES, adversarial_loss, "model.adversarial_loss")

    def parameter_groups(self) -> list[dict[str, Any]]:
        """G, and D at its own rate."""
        return [
            {"params": list(self.network.parameters())},
            {"params": list(self.discriminator.parameters()), "lr_scale": self.discriminator_lr_scale},
        ]

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """The terms of `losses_of` what the network makes of the batch."""
        image, mask = 2 * batch["image"] - 1, batch["mask"]
        generated = self.network.generate(image, mask)
        return self.losses_of(Generated(*(taught(output, batch) for output in generated)), image, mask)

    def losses_of(self, generated: Generated, image: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """`coarse`, `refined` and `adversarial` of G, `discriminator` of D; a subclass adds its own.

        D sees the composite, so that its gradient reaches G in the hole only. Real and generated images pass D
        together, before the pass for G, as in the paper's two steps.

        Args:
            generated: What the network makes of the batch.
            image: (B, 3, H, W) in [-1, 1].
            mask: (B, 1, H, W), 1 = hole.
        """
        terms = {name: l1(output, image) for name, output in generated._asdict().items() if self.wants(name)}
        made = torch.where(mask.bool(), generated.refined, image)
        if self.wants("discriminator"):
            terms["discriminator"] = self.discriminator.discriminator_loss(self.adversarial_loss, made, image, mask)
        if self.wants("adversarial"):
            terms["adversarial"] = self.discriminator.generator_loss(self.adversarial_loss, made, mask)
        return terms
