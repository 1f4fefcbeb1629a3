"""Training of EdgeConnect: four stages, which are weights of loss terms and the edges that the image generator sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor

from inpaint_zoo.batch import Batch, Prediction, hole, taught
from inpaint_zoo.checks import choose
from inpaint_zoo.layers.freezing import frozen
from inpaint_zoo.layers.patch_discriminator import PatchDiscriminator
from inpaint_zoo.losses.adversarial import feature_matching
from inpaint_zoo.models.adversarial import AdversarialModule
from inpaint_zoo.models.edgeconnect.edge_scores import edge_scores
from inpaint_zoo.models.edgeconnect.network import EdgeConnectNetwork
from inpaint_zoo.models.optimization import OptimizerFactory, ScheduleFactory
from inpaint_zoo.models.structure import Structure, StructuredBatch

EDGE_TERMS = ("edge_adversarial", "edge_feature_matching")
"""Terms of G1."""
IMAGE_TERMS = ("l1", "perceptual", "style", "adversarial")
"""Terms of G2."""


class ShownEdges(NamedTuple):
    """What G2 sees in training."""

    are_predicted: bool
    """G1's, merged with the known ones; otherwise those of the complete image, the hole's included."""
    carry_gradient: bool
    """Whether G1 learns from the image, too."""


TRAINING_EDGES: Mapping[str, ShownEdges] = {
    "truth": ShownEdges(are_predicted=False, carry_gradient=False),
    "predicted": ShownEdges(are_predicted=True, carry_gradient=False),
    "joint": ShownEdges(are_predicted=True, carry_gradient=True),
}
"""By the name that a configuration uses."""

LOSS_WEIGHTS = {
    "edge_adversarial": 1,
    "edge_feature_matching": 10,
    "edge_discriminator": 1,
    "l1": 1,
    "perceptual": 0.1,
    "style": 250,
    "adversarial": 0.1,
    "discriminator": 1,
}
OPTIMIZER = partial(torch.optim.Adam, lr=1e-4, betas=(0.0, 0.9))


class EdgeConnect(AdversarialModule):
    """EdgeConnect: edge generator G1 and image generator G2, each with its discriminator; images are in [0, 1].

    All four networks are there in every stage, so that its checkpoint starts the next one. One that no term trains
    stays as it is.

    Args:
        network: Keyword arguments of `EdgeConnectNetwork`.
        discriminator: Keyword arguments of both discriminators (without `in_channels`), see `PatchDiscriminator`.
        discriminator_lr_scale: Learning rate of both discriminators divided by that of the generators.
        adversarial_loss: A name of `ADVERSARIAL_LOSSES`, for both.
        training_edges: The edges that G2 sees in training, a name of `TRAINING_EDGES`.
        loss_network: Weights of VGG19, see `VGGFeatures`.
        loss_weights: Factors of edge_adversarial, edge_feature_matching and edge_discriminator, of l1, perceptual,
            style, adversarial and discriminator.
        optimizer: See `InpaintingModule`.
        lr_schedule: See `InpaintingModule`.
    """

    name = "edgeconnect"
    network_class = EdgeConnectNetwork
    network: EdgeConnectNetwork

    def __init__(
        self,
        *,
        network: Mapping[str, Any] | None = None,
        discriminator: Mapping[str, Any] | None = None,
        discriminator_lr_scale: float = 0.1,
        adversarial_loss: str = "non_saturating",
        training_edges: str = "joint",
        loss_network: str = "imagenet",
        loss_weights: Mapping[str, float] = LOSS_WEIGHTS,
        optimizer: OptimizerFactory | None = OPTIMIZER,
        lr_schedule: ScheduleFactory | None = None,
    ) -> None:
        super().__init__(
            network=network,
            discriminator=discriminator,
            discriminator_lr_scale=discriminator_lr_scale,
            adversarial_loss=adversarial_loss,
            loss_network=loss_network,
            loss_weights=loss_weights,
            optimizer=optimizer,
            lr_schedule=lr_schedule,
        )
        self.edge_discriminator = PatchDiscriminator(in_channels=2, **self.discriminator_arguments(discriminator))
        self.shown_edges = choose(TRAINING_EDGES, training_edges, "model.training_edges")
        paints = self.wants(*IMAGE_TERMS)
        self.learns_edges = self.wants(*EDGE_TERMS) or (paints and self.shown_edges.carry_gradient)
        self.network.edge_generator.requires_grad_(self.learns_edges)
        self.network.image_generator.requires_grad_(paints)
        self.edge_discriminator.requires_grad_(self.wants("edge_discriminator"))
        self.train()  # a Trainer does not change the modes of layers

    def train(self, mode: bool = True) -> Self:
        """Switch to training mode; a G1 that does not learn keeps its spectral norms."""
        super().train(mode)
        if not self.learns_edges:
            self.network.edge_generator.eval()
        return self

    def parameter_groups(self) -> list[dict[str, Any]]:
        """G1, G2, and their discriminators at their own rate."""
        generators = (self.network.edge_generator, self.network.image_generator)
        discriminators = (self.edge_discriminator, self.discriminator)
        return [
            *({"params": list(part.parameters())} for part in generators),
            *({"params": list(part.parameters()), "lr_scale": self.discriminator_lr_scale} for part in discriminators),
        ]

    @property
    def prepare_batch(self) -> Callable[[Batch], Batch]:
        """Computes the edges."""
        return self.network.extract_structure.of_batch

    def validation_step(self, batch: Batch, batch_idx: int) -> dict[str, Prediction]:
        """As `InpaintingModule.validation_step`; logs `val/edge_precision`, `val/edge_recall` and `val/edge_f1`."""
        outcome = super().validation_step(batch, batch_idx)
        truth = self.network.extract_structure.of_complete(batch["image"])
        scores = edge_scores(outcome["prediction"].intermediates["edge_predicted"], truth.edge, hole(batch))
        stage = "test" if self.trainer.testing else "val"
        named = {f"{stage}/{name}": score for name, score in scores.items()}
        self.log_dict(named, batch_size=len(batch["image"]), on_epoch=True, sync_dist=True)
        return outcome

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """The terms of the edges, then those of the image, as far as they have a weight."""
        self.network.check(batch["image"], batch["mask"])
        structured = self.network.extract_structure.of_batch(batch)
        of_edges = self.wants(*EDGE_TERMS, "edge_discriminator")
        paints = self.wants(*IMAGE_TERMS, "discriminator")
        predicted: Tensor | None = None
        terms: dict[str, Tensor] = {}
        if of_edges or (paints and self.shown_edges.are_predicted):
            predicted = self.network.predict_edges(structured["known"], batch["mask"])
        if of_edges and predicted is not None:
            terms |= self.edge_losses_of(taught(predicted, batch), structured["truth"])
        if paints:
            edge = self._shown_edge(predicted, structured)
            output = taught(self.network.generate(batch["image"], batch["mask"], edge), batch)
            terms |= self.losses_of(output, batch["image"], batch["mask"])
        return terms

    def _shown_edge(self, predicted: Tensor | None, batch: StructuredBatch) -> Tensor:
        """What G2 sees; without prediction the edges of the complete image."""
        if predicted is None or not self.shown_edges.are_predicted:
            return batch["truth"].edge
        seen = predicted if self.shown_edges.carry_gradient else predicted.detach()
        return self.network.merge(seen, batch["known"].edge, batch["mask"])

    def edge_losses_of(self, predicted: Tensor, truth: Structure) -> dict[str, Tensor]:
        """`edge_discriminator` of D1, `edge_adversarial` and `edge_feature_matching` of G1; a subclass adds its own.

        D1 sees edges beside the complete gray image, real and predicted ones alike.

        Args:
            predicted: (B, 1, H, W), probabilities over the whole image.
            truth: Edges and gray of the complete image.
        """
        terms = {}
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.wants("edge_discriminator")):
            real = self.edge_discriminator.activations(torch.cat([truth.gray, truth.edge], 1))
        if self.wants("edge_discriminator"):
            fake = self.edge_discriminator(torch.cat([truth.gray, predicted.detach()], 1))
            terms["edge_discriminator"] = self.adversarial_loss.discriminator(real[-1], fake) / 2
        if self.wants(*EDGE_TERMS):
            with frozen(self.edge_discriminator):
                activations = self.edge_discriminator.activations(torch.cat([truth.gray, predicted], 1))
            if self.wants("edge_adversarial"):
                terms["edge_adversarial"] = self.adversarial_loss.generator(activations[-1])
            if self.wants("edge_feature_matching"):
                terms["edge_feature_matching"] = feature_matching(activations, real)
        return terms
