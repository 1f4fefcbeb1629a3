"""Training of MADF: which loss term uses which images of the cascade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from inpaint_zoo.batch import Batch, taught
from inpaint_zoo.checks import as_given, is_list, is_whole
from inpaint_zoo.errors import InputError
from inpaint_zoo.losses.irregular_holes import FEATURE_DISTANCES, LAYERS, LOSS_WEIGHTS, TERMS, irregular_hole_terms
from inpaint_zoo.losses.perceptual import VGGFeatures
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.madf.network import MADFNetwork
from inpaint_zoo.models.optimization import OptimizerFactory, ScheduleFactory

STAGES = {"hole": (0, 1, 2), "valid": (0, 1, 2), "perceptual": (1, 2), "style": (1,), "total_variation": (2,)}
"""As released: `style` is an index slip there, see the README."""
OPTIMIZER = partial(torch.optim.Adam, lr=2e-4, betas=(0.9, 0.999))


class MADF(InpaintingModule):
    """MADF with its losses, computed on images normalised by ImageNet's mean and standard deviation.

    Args:
        network: Keyword arguments of `MADFNetwork`.
        stages: For each loss term the images that it uses, 0 the coarse one, -1 the final one; a term is summed over
            its images.
        loss_network: Weights of VGG16, see `VGGFeatures`.
        loss_weights: Factors of hole, valid, perceptual, style and total_variation.
        frozen_batch_norm: Whether the statistics of the recovery decoder's batch normalisations are frozen.
        optimizer: See `InpaintingModule`.
        lr_schedule: See `InpaintingModule`.

    Raises:
        InputError: A term has no stages, or one that the network does not have.
    """

    name = "madf"
    network_class = MADFNetwork
    network: MADFNetwork
    vgg: VGGFeatures

    def __init__(
        self,
        *,
        network: Mapping[str, Any] | None = None,
        stages: Mapping[str, Sequence[int]] = STAGES,
        loss_network: str = "imagenet",
        loss_weights: Mapping[str, float] = LOSS_WEIGHTS,
        optimizer: OptimizerFactory | None = OPTIMIZER,
        lr_schedule: ScheduleFactory | None = None,
        frozen_batch_norm: bool = False,
    ) -> None:
        super().__init__(network=network, loss_weights=loss_weights, optimizer=optimizer, lr_schedule=lr_schedule)
        self.frozen_batch_norm = frozen_batch_norm
        num_images = 1 + len(self.network.refinements)
        self.stages = {term: _checked_stages(term, stages.get(term, ()), num_images) for term in self.loss_weights}
        # refinements after the last image that a term uses: DDP would wait for gradients that are never computed
        last = max((stage for term in self.stages if self.wants(term) for stage in self.stages[term]), default=0)
        self.network.refinements[last:].requires_grad_(False)
        if self.wants(*FEATURE_DISTANCES):
            self.vgg = VGGFeatures("vgg16", LAYERS, loss_network)
        self.train()  # a Trainer does not change the modes of layers

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """The terms of `losses_of` what the network makes of the batch."""
        image, mask = self.network.normalize(batch["image"]), batch["mask"]
        outputs = [taught(output, batch) for output in self.network.generate(image, mask)]
        return self.losses_of(outputs, image, mask)

    def losses_of(self, outputs: list[Tensor], image: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """`hole`, `valid`, `perceptual`, `style` and `total_variation`, each summed over its images.

        A subclass adds its own.

        Args:
            outputs: (B, 3, H, W) each, the coarse image first, the final one last, in the range of `image`.
            image: (B, 3, H, W), normalised as ImageNet's images are.
            mask: (B, 1, H, W), 1 = hole.
        """
        stages = {term: self.stages[term] for term in TERMS if self.wants(term)}
        return irregular_hole_terms(outputs, image, mask, stages, lambda each: self.vgg(each, LAYERS))


def _checked_stages(term: str, stages: Sequence[int], num_images: int) -> list[int]:
    """The stages as indices from 0; negative ones count from the final image, as in a list."""
    if not is_list(stages) or not all(map(is_whole, stages)):
        raise InputError(f"model.stages.{term}={as_given(stages)} must be a list of images, such as [0,1,2]")
    if not stages:
        raise InputError(f"model.stages.{term} names no image: list at least one, or set model.loss_weights.{term}=0.")
    unknown = [stage for stage in stages if not -num_images <= stage < num_images]
    if unknown:
        raise InputError(
            f"model.stages.{term} names image {unknown[0]}, but model.network.num_refinements={num_images - 1} makes "
            f"{num_images} (0 to {num_images - 1}; -1 is the final one)."
        )
    return [stage % num_images for stage in stages]
