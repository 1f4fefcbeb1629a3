"""The training module of all models: losses, optimizer, and the hooks of Lightning."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Self

import pytorch_lightning as pl
import torch
from pytorch_lightning.trainer.states import TrainerFn
from pytorch_lightning.utilities.types import OptimizerConfig, OptimizerLRSchedulerConfig
from torch import Tensor, nn
from torch.optim import Optimizer

from inpaint_zoo.batch import Batch, Prediction, hole
from inpaint_zoo.checks import check_mapping, finite
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.record import ImageRecord, read_records, with_record
from inpaint_zoo.models import optimization
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.models.statement import STATEMENT, statement
from inpaint_zoo.models.weights import AVERAGED_KEY, TRAINED_KEY, TRAINED_ON_KEY, identity, trained_on_entry


class InpaintingModule(pl.LightningModule, ABC):
    """A network with its losses and optimizer, ready for a Trainer.

    A subclass names its `network_class` and computes `losses`. A generator and a discriminator are trained by one step
    of one optimizer on the sum of all terms: a term that must not update a network is computed with that network frozen
    or on detached images, so that the gradients equal those of the papers' separate steps.

    Args:
        network: Keyword arguments of the network; what is not given has the network's defaults.
        loss_weights: Factor of each term of `losses`; a term with factor 0 is not computed.
        optimizer: From parameter groups to an optimizer; needed for training only.
        lr_schedule: From the optimizer to a schedule that advances with every step; None keeps the rates constant.
    """

    name: str
    network_class: type[InpaintingNetwork]
    frozen_batch_norm = False
    """Whether `train` leaves the statistics of the batch normalisations of `frozen_part` as they are; their scales and
    shifts still learn, and training sees the layers that evaluation sees."""
    trained_on: list[ImageRecord] | None = None
    """The images of this training and of those before it, for checkpoints; None where nobody keeps a record."""

    def __init__(
        self,
        *,
        network: Mapping[str, Any] | None = None,
        loss_weights: Mapping[str, float],
        optimizer: optimization.OptimizerFactory | None = None,
        lr_schedule: optimization.ScheduleFactory | None = None,
    ) -> None:
        super().__init__()
        if network is not None:
            check_mapping(network, "model.network")
        self.save_hyperparameters(ignore=["optimizer", "lr_schedule"])
        self.network = self.network_class(**(network or {}))
        self.hparams["network"] = {**_defaults(self.network_class), **(network or {})}
        self.loss_weights = {term: finite(value, f"model.loss_weights.{term}") for term, value in loss_weights.items()}
        self.optimizer_factory = optimizer
        self.schedule_factory = lr_schedule

    def train(self, mode: bool = True) -> Self:
        """Switch to training mode, except for frozen batch normalisations."""
        super().train(mode)
        if self.frozen_batch_norm:
            for layer in self.frozen_part.modules():
                if isinstance(layer, nn.BatchNorm2d):
                    layer.eval()
        return self

    @property
    def frozen_part(self) -> nn.Module:
        """What `frozen_batch_norm` is about: the network, or a part of it that a subclass names."""
        return self.network

    @property
    def prepare_batch(self) -> Callable[[Batch], Batch] | None:
        """What the processes that load data do with a training batch, on the CPU; None is nothing.

        It can be pickled. Batches of other loaders, and of damaged images, come without it: `losses` does it then.
        """
        return None

    def discriminator_arguments(self, given: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """Keyword arguments of a discriminator; if none are given, it is as wide as the network."""
        return {"base_channels": self.hparams["network"]["base_channels"]} if given is None else given

    def wants(self, *terms: str) -> bool:
        """Whether any of these loss terms has a factor other than 0; a missing factor is an `InputError`."""
        for term in terms:
            if term not in self.loss_weights:
                raise InputError(f"model.loss_weights.{term} is missing: give 0 to leave the term out.")
        return any(self.loss_weights[term] != 0 for term in terms)

    @abstractmethod
    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """The unweighted loss terms of a batch by name, in the paper's own range of values."""

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Parameter groups of the optimizer; a group may hold an `lr_scale`, its factor on the learning rate."""
        return [{"params": list(self.parameters())}]

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        """Fill the holes; see `InpaintingNetwork.forward`."""
        prediction: Prediction = self.network(image, mask)
        return prediction

    def check_training(self, batch_size: int, height: int, width: int) -> None:
        """Refuse a batch size or image size that cannot be trained with; the `InputError` names one that can."""
        self.network.check_size(height, width)
        if self.network.normalizes_deepest and not self.frozen_batch_norm:
            self.network.check_statistics(batch_size, height, width)

    def training_step(self, batch: Batch, batch_idx: int) -> dict[str, Any]:
        """The weighted sum of the loss terms, for callbacks such as `LossLog`.

        Returns:
            `loss`, the sum; `total`, the same without gradient, and not divided when gradients are accumulated;
            `terms`, the unweighted terms by name, without gradient; scalars on the module's device.
        """
        terms = self.losses(self._completed(batch))
        total = optimization.weighted_sum(terms, self.loss_weights, type(self).__name__)
        return {"loss": total, "total": total.detach(), "terms": {name: term.detach() for name, term in terms.items()}}

    def validation_step(self, batch: Batch, batch_idx: int) -> dict[str, Prediction]:
        """`{"prediction": ...}`; callbacks evaluate it."""
        return {"prediction": self(batch["image"], hole(batch))}

    def test_step(self, batch: Batch, batch_idx: int) -> dict[str, Prediction]:
        """As `validation_step`."""
        return self.validation_step(batch, batch_idx)

    def _completed(self, batch: Batch) -> Batch:
        """A batch whose damaged pixels are what the network makes of them, and to be filled."""
        if "damage" not in batch:
            return batch
        mask = hole(batch)
        with torch.no_grad():
            filled = self(batch["image"], mask).composite
        image = torch.where(batch["damage"].bool(), filled, batch["image"])
        return Batch(image=image, mask=mask, name=batch["name"], damage=batch["damage"])

    def make_optimizer(self) -> Optimizer:
        """One optimizer over all parameter groups; an `InputError` if the module was built without one."""
        return optimization.make_optimizer(self.optimizer_factory, self.parameter_groups(), type(self).__name__)

    def configure_optimizers(self) -> OptimizerConfig | OptimizerLRSchedulerConfig:
        """`make_optimizer`, and the schedule of its learning rates, which counts steps."""
        return optimization.with_schedule(self.make_optimizer(), self.schedule_factory)

    def configure_gradient_clipping(
        self, optimizer: Optimizer, gradient_clip_val: float | None = None, gradient_clip_algorithm: str | None = None
    ) -> None:
        """Clip each parameter group separately; see `clip_each_group`."""
        optimization.clip_each_group(optimizer, gradient_clip_val, gradient_clip_algorithm)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Store which network this is, so that a checkpoint alone says how to build it."""
        entries = identity(self.name, self.network_class)
        checkpoint.update(entries | trained_on_entry(self.trained_on))
        arguments = {"hyper_parameters": {"network": dict(self.hparams["network"])}}
        checkpoint["state_dict"][STATEMENT] = statement({**entries, **arguments})

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Resume from the trained weights if `state_dict` holds their moving average."""
        if TRAINED_KEY in checkpoint and self._trainer is not None and self._trainer.state.fn == TrainerFn.FITTING:
            checkpoint[AVERAGED_KEY], checkpoint["state_dict"] = checkpoint["state_dict"], checkpoint[TRAINED_KEY]
        checkpoint["state_dict"].pop(STATEMENT, None)
        for record in read_records(checkpoint.get(TRAINED_ON_KEY)) or []:
            self.add_trained_on(record)

    def add_trained_on(self, record: ImageRecord) -> None:
        """Note that the weights have learned from these images."""
        self.trained_on = with_record(self.trained_on or [], record)


def _defaults(network_class: type[InpaintingNetwork]) -> dict[str, Any]:
    """The keyword arguments that a network has without any being given."""
    parameters = inspect.signature(network_class).parameters
    return {name: each.default for name, each in parameters.items() if each.default is not each.empty}
