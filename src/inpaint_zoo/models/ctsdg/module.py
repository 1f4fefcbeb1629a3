"""Training of CTSDG: the losses of the paper, and its second stage with frozen batch normalisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from inpaint_zoo.batch import Batch, taught
from inpaint_zoo.checks import choose
from inpaint_zoo.layers.patch_discriminator import PatchDiscriminator
from inpaint_zoo.losses.adversarial import ADVERSARIAL_LOSSES
from inpaint_zoo.losses.irregular_holes import FEATURE_DISTANCES, LAYERS, irregular_hole_terms
from inpaint_zoo.losses.perceptual import VGGFeatures
from inpaint_zoo.losses.reconstruction import l1
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.ctsdg.discriminator import CTSDGDiscriminator
from inpaint_zoo.models.ctsdg.network import CTSDGNetwork, Generated
from inpaint_zoo.models.optimization import OptimizerFactory, ScheduleFactory
from inpaint_zoo.models.structure import Structure

LOSS_WEIGHTS = {
    "hole": 60,
    "valid": 10,
    "perceptual": 0.1,
    "style": 250,
    "adversarial": 0.1,
    "intermediate": 1,
    "discriminator": 1,
}
OPTIMIZER = partial(torch.optim.Adam, lr=2e-4, betas=(0.9, 0.999))


class CTSDG(InpaintingModule):
    """CTSDG with its discriminator and losses; everything is computed on images in [-1, 1].

    Args:
        network: Keyword arguments of `CTSDGNetwork`.
        discriminator: Keyword arguments of `CTSDGDiscriminator`.
        discriminator_lr_scale: Learning rate of D divided by that of G.
        adversarial_loss: A name of `ADVERSARIAL_LOSSES`.
        frozen_batch_norm: Whether the statistics of the generator's batch normalisations are frozen (their scales and
            shifts are still trained), as in the paper's second stage.
        loss_network: Weights of VGG16, see `VGGFeatures`.
        loss_weights: Factors of hole, valid, perceptual, style, adversarial, intermediate and discriminator.
        optimizer: See `InpaintingModule`.
        lr_schedule: See `InpaintingModule`.
    """

    name = "ctsdg"
    network_class = CTSDGNetwork
    network: CTSDGNetwork
    vgg: VGGFeatures

    def __init__(
        self,
        *,
        network: Mapping[str, Any] | None = None,
        discriminator: Mapping[str, Any] | None = None,
        discriminator_lr_scale: float = 0.1,
        adversarial_loss: str = "non_saturating",
        frozen_batch_norm: bool = False,
        loss_network: str = "imagenet",
        loss_weights: Mapping[str, float] = LOSS_WEIGHTS,
        optimizer: OptimizerFactory | None = OPTIMIZER,
        lr_schedule: ScheduleFactory | None = None,
    ) -> None:
        super().__init__(network=network, loss_weights=loss_weights, optimizer=optimizer, lr_schedule=lr_schedule)
        self.frozen_batch_norm = frozen_batch_norm
        self.discriminator = CTSDGDiscriminator(**self.discriminator_arguments(discriminator))
        # no loss term trains these: DDP would wait for gradients that are never computed
        self.discriminator.requires_grad_(self.wants("discriminator"))
        for projection in self.network.auxiliary:
            projection.requires_grad_(self.wants("intermediate"))
        self.discriminator_lr_scale = discriminator_lr_scale
        self.adversarial_loss = choose(ADVERSARIAL_LOSSES, adversarial_loss, "model.adversarial_loss")
        if self.wants(*FEATURE_DISTANCES):
            self.vgg = VGGFeatures("vgg16", LAYERS, loss_network)
        self.train()  # a Trainer does not change the modes of layers

    def check_training(self, batch_size: int, height: int, width: int) -> None:
        """As `InpaintingModule.check_training`; the discriminator has a minimum size too."""
        super().check_training(batch_size, height, width)
        PatchDiscriminator.check_size(height, width)

    def parameter_groups(self) -> list[dict[str, Any]]:
        """G, and D (with its edge detector) at its own rate."""
        return [
            {"params": list(self.network.parameters())},
            {"params": list(self.discriminator.parameters()), "lr_scale": self.discriminator_lr_scale},
        ]

    @property
    def prepare_batch(self) -> Callable[[Batch], Batch]:
        """Computes the edges."""
        return self.network.extract_structure.of_batch

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """The terms of `losses_of` what the network makes of the batch."""
        self.network.check(batch["image"], batch["mask"])
        structured = self.network.extract_structure.of_batch(batch)
        image, mask = 2 * batch["image"] - 1, batch["mask"]
        generated = self.network.generate(image, mask, structured["known"])
        generated = Generated(*(taught(output, batch) for output in generated))
        return self.losses_of(generated, image, mask, structured["truth"])

    def losses_of(self, generated: Generated, image: Tensor, mask: Tensor, truth: Structure) -> dict[str, Tensor]:
        """The terms of G, then `discriminator` of D; a subclass adds its own.

        G's terms are computed before D's, as in the paper's two steps, because every pass through D in training changes
        its spectral norms and the detector's statistics: first the output for G, then the complete image and the output
        for D.

        Args:
            generated: What the network makes of the batch.
            image: (B, 3, H, W) in [-1, 1].
            mask: (B, 1, H, W), 1 = hole.
            truth: Edges and gray image of `image`.
        """
        output = generated.image
        stages = {term: [0] for term in ("hole", "valid", "perceptual", "style") if self.wants(term)}
        terms = irregular_hole_terms([output], image, mask, stages, lambda each: self.vgg(each, LAYERS))
        if self.wants("adversarial"):
            terms["adversarial"] = self.discriminator.generator_loss(self.adversarial_loss, output, truth)
        if self.wants("intermediate"):
            edge_term = F.binary_cross_entropy_with_logits(generated.projected_edge, truth.edge)
            terms["intermediate"] = edge_term + l1(generated.projected_image, image)
        if self.wants("discriminator"):
            terms["discriminator"] = self.discriminator.discriminator_loss(self.adversarial_loss, output, image, truth)
        return terms
