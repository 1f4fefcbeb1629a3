"""Training of a network with a discriminator and losses that its paper does not give it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from inpaint_zoo.batch import Batch, taught
from inpaint_zoo.checks import at_least, choose
from inpaint_zoo.config.build import check_arguments
from inpaint_zoo.hybrid.network import FilteredModel
from inpaint_zoo.losses.adversarial import ADVERSARIAL_LOSSES
from inpaint_zoo.losses.irregular_holes import FEATURE_DISTANCES, LAYERS, TERMS, irregular_hole_terms
from inpaint_zoo.losses.perceptual import VGGFeatures
from inpaint_zoo.losses.reconstruction import l1_per_hole_ratio
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.critics import CRITICS, Critic
from inpaint_zoo.models.imagenet_range import ImageNetRange
from inpaint_zoo.models.optimization import OptimizerFactory, ScheduleFactory
from inpaint_zoo.zoo import network_arguments, network_class

LOSS_WEIGHTS = {
    "l1": 0,
    "hole": 6,
    "valid": 1,
    "total_variation": 0.1,
    "perceptual": 0.05,
    "style": 120,
    "adversarial": 0.1,
    "discriminator": 1,
}
FILTER_ARGUMENTS = ("base_channels", "kernel_size")
OPTIMIZER = partial(torch.optim.Adam, lr=1e-4, betas=(0.5, 0.999))


class Hybrid(InpaintingModule):
    """A network, a discriminator and losses of your choice; all see the network's final image, in [0, 1].

    VGG16 sees it normalised as ImageNet's images are. A checkpoint is one of the network, and is used like any other.

    Args:
        generator: The network: one of `list_models()`.
        network: Its keyword arguments; those that are missing are as in `conf/model/GENERATOR.yaml`.
        filtering: `base_channels` and `kernel_size` of MISF's filters on its image, see `FilteredNetwork`; None: none.
        discriminator: A name of `CRITICS`; None trains without, and `adversarial` and `discriminator` do nothing.
        discriminator_channels: `base_channels` of the discriminator.
        discriminator_lr_scale: Learning rate of D divided by that of G.
        adversarial_loss: A name of `ADVERSARIAL_LOSSES`.
        loss_network: Weights of VGG16, see `VGGFeatures`.
        loss_weights: Factors of l1 (per hole ratio), hole, valid, total_variation, perceptual, style, adversarial and
            discriminator.
        optimizer: See `InpaintingModule`.
        lr_schedule: See `InpaintingModule`.

    Raises:
        InputError: A name is unknown, or an argument is wrong.
    """

    vgg: VGGFeatures

    def __init__(
        self,
        *,
        generator: str = "misf",
        network: Mapping[str, Any] | None = None,
        filtering: Mapping[str, Any] | None = None,
        discriminator: str | None = "patch",
        discriminator_channels: int = 64,
        discriminator_lr_scale: float = 0.1,
        adversarial_loss: str = "non_saturating",
        loss_network: str = "imagenet",
        loss_weights: Mapping[str, float] = LOSS_WEIGHTS,
        optimizer: OptimizerFactory | None = OPTIMIZER,
        lr_schedule: ScheduleFactory | None = None,
    ) -> None:
        arguments = network_arguments(generator, network or {})
        self.name, self.network_class = generator, network_class(generator)
        if filtering is not None:
            self.name, self.network_class = f"{generator}_filtered", FilteredModel
            arguments = {"model": generator, "network": arguments, **_filters(filtering)}
            check_arguments(FilteredModel, arguments, "model.filtering")
        super().__init__(network=arguments, loss_weights=loss_weights, optimizer=optimizer, lr_schedule=lr_schedule)
        for part in self.network.auxiliary:  # DDP would wait for gradients that are never computed
            part.requires_grad_(False)
        self.critic = _critic(discriminator, discriminator_channels)
        if self.critic is None:
            self.loss_weights |= {"adversarial": 0, "discriminator": 0}
        else:
            self.critic.requires_grad_(self.wants("discriminator"))
        self.discriminator_lr_scale = discriminator_lr_scale
        self.adversarial_loss = choose(ADVERSARIAL_LOSSES, adversarial_loss, "model.adversarial_loss")
        self.normalize = ImageNetRange()
        if self.wants(*FEATURE_DISTANCES):
            self.vgg = VGGFeatures("vgg16", LAYERS, loss_network)

    def check_training(self, batch_size: int, height: int, width: int) -> None:
        """As `InpaintingModule.check_training`; the discriminator has a minimum size too."""
        super().check_training(batch_size, height, width)
        if self.critic is not None:
            self.critic.check_size(height, width)

    def parameter_groups(self) -> list[dict[str, Any]]:
        """G, and D at its own rate."""
        groups: list[dict[str, Any]] = [{"params": list(self.network.parameters())}]
        if self.critic is not None:
            groups.append({"params": list(self.critic.parameters()), "lr_scale": self.discriminator_lr_scale})
        return groups

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """The terms of `losses_of` what the network makes of the batch."""
        image, mask = batch["image"], batch["mask"]
        return self.losses_of(taught(self.network(image, mask).image, batch), image, mask)

    def losses_of(self, output: Tensor, image: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """The terms that have a weight, by name; a subclass adds its own.

        Args:
            output: (B, 3, H, W), the network's, not composited.
            image: (B, 3, H, W) in [0, 1].
            mask: (B, 1, H, W), 1 = hole.
        """
        stages = {term: [0] for term in TERMS if self.wants(term)}
        terms = irregular_hole_terms([output], image, mask, stages, lambda each: self.vgg(self.normalize(each), LAYERS))
        if self.wants("l1"):
            terms["l1"] = l1_per_hole_ratio(output, image, mask)
        if self.critic is not None and self.wants("discriminator"):
            terms["discriminator"] = self.critic.discriminator_loss(self.adversarial_loss, output, image, mask)
        if self.critic is not None and self.wants("adversarial"):
            terms["adversarial"] = self.critic.generator_loss(self.adversarial_loss, output, image, mask)
        return terms


def _filters(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Arguments of the filters; those of the network are given elsewhere."""
    for key in given:
        choose(dict.fromkeys(FILTER_ARGUMENTS), key, "model.filtering: a key")
    return given


def _critic(name: str | None, base_channels: int) -> Critic | None:
    at_least(1, base_channels, "model.discriminator_channels")
    return None if name is None else choose(CRITICS, name, "model.discriminator")(base_channels=base_channels)
