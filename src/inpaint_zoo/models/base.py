"""What the three models share: the door of a network and the hooks of a training module."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pytorch_lightning as pl
import torch
from pytorch_lightning.trainer.states import TrainerFn
from pytorch_lightning.utilities.types import OptimizerConfig, OptimizerLRSchedulerConfig
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from inpaint_zoo.batch import Batch, Prediction
from inpaint_zoo.errors import InputError, finite
from inpaint_zoo.models.weights import AVERAGED_KEY, MODEL_KEY, TRAINED_KEY

KINDS_KEY = "inpaint_zoo_optimizer"
"""Entry of a checkpoint: the kind of its optimizer and, where there is one, of its schedule."""

OptimizerFactory = Callable[[list[dict[str, Any]]], Optimizer]
ScheduleFactory = Callable[[Optimizer], LRScheduler]

CLIPPING: Mapping[str, Callable[[list[Tensor], float], object]] = {"norm": clip_grad_norm_, "value": clip_grad_value_}
"""By the name that a configuration uses."""


class InpaintingNetwork(nn.Module, ABC):
    """A generator: `network(image, mask)` fills the hole of `image` and returns a `Prediction`."""

    stride: int
    """Side lengths are multiples of this."""
    minimum_size: int
    """The smallest side length."""
    generate: Callable[..., Any]
    """From pictures in the range of the losses to the network's pictures: what `forward` and the losses share."""

    def check(self, image: Tensor, mask: Tensor) -> None:
        """Refuse tensors that the network cannot take.

        Raises:
            InputError: wrong shapes, or a size that is too small or not divisible.
        """
        height, width = image.shape[-2:]
        if image.ndim != 4 or image.shape[1] != 3 or mask.shape != (image.shape[0], 1, height, width):
            raise InputError(
                f"image must be (B, 3, H, W) and mask (B, 1, H, W); got {tuple(image.shape)} and {tuple(mask.shape)}."
            )
        self.check_size(height, width)

    def check_size(self, height: int, width: int) -> None:
        """Refuse a size that is too small or not divisible; the message says which size would do.

        Raises:
            InputError: as said.
        """
        wanted = [max(-(-side // self.stride), -(-self.minimum_size // self.stride)) for side in (height, width)]
        if [count * self.stride for count in wanted] != [height, width]:
            raise InputError(
                f"{type(self).__name__} takes side lengths that are multiples of {self.stride} and at least "
                f"{self.minimum_size}; got {height}x{width}: pad or crop to "
                f"{wanted[0] * self.stride}x{wanted[1] * self.stride} (in training: data.size)."
            )

    @abstractmethod
    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        """Fill the holes.

        Args:
            image: (B, 3, H, W) in [0, 1]; what stands inside the hole is never used.
            mask: (B, 1, H, W), exactly 0 or 1, 1 = hole.
        """


class InpaintingModule(pl.LightningModule, ABC):
    """A network with its losses and optimizer, ready for a Trainer.

    A subclass names its `network_class` and computes `losses`. Where two networks learn against each other, one
    optimizer takes one step on the sum of all terms: a term that must not teach a network is computed with that network
    frozen or on detached pictures, so that the gradients are exactly those of the papers' separate steps.

    Args:
        network: Keyword arguments of the network.
        loss_weights: Factor of each term of `losses`; a term with factor 0 is not computed.
        optimizer: From parameter groups to an optimizer; only needed for training.
        lr_schedule: From the optimizer to a schedule of its learning rates, which advances with every step of the
            optimizer; None leaves them constant.
    """

    name: ClassVar[str]
    network_class: ClassVar[type[InpaintingNetwork]]

    def __init__(
        self,
        *,
        network: Mapping[str, Any],
        loss_weights: Mapping[str, float],
        optimizer: OptimizerFactory | None = None,
        lr_schedule: ScheduleFactory | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["optimizer", "lr_schedule"])
        self.network = self.network_class(**network)
        self.loss_weights = {term: finite(value, f"model.loss_weights.{term}") for term, value in loss_weights.items()}
        self.optimizer_factory = optimizer
        self.schedule_factory = lr_schedule
        self._to_log: dict[str, Tensor] = {}

    def wants(self, *terms: str) -> bool:
        """Whether any of these loss terms has a factor other than 0.

        Raises:
            InputError: a term has no factor.
        """
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
        """Refuse a batch size and picture size that this model cannot be trained with.

        Raises:
            InputError: the message says what would do.
        """
        self.network.check_size(height, width)

    def compile_network(self) -> None:
        """Compile what makes the pictures; the names of the state dict stay as they are."""
        self.network.generate = torch.compile(self.network.generate)

    def training_step(self, batch: Batch, batch_idx: int) -> dict[str, Any]:
        """The weighted sum of the loss terms; `optimizer_step` logs it as `train/loss`, each term as `train/NAME`.

        Returns:
            `{"loss": ..., "terms": {NAME: ...}}`: the sum, and the unweighted terms without gradient, scalars on the
            module's device, for callbacks to read.
        """
        terms = self.losses(batch)
        self._refuse_unknown_terms(terms)
        total = torch.stack([self.loss_weights[name] * term for name, term in terms.items()]).sum()
        detached = {name: term.detach() for name, term in terms.items()}
        self._to_log = {"loss": total.detach(), **detached}
        return {"loss": total, "terms": detached}

    def optimizer_step(self, *args: Any, **kwargs: Any) -> None:
        """Take the step and log the terms of its (last) batch when the Trainer's `log_every_n_steps` says so.

        Loggers have the values before any callback ends the batch, so that a checkpoint of the step finds them written;
        and `self.log`, which keeps a metric object for each, would take milliseconds.
        """
        super().optimizer_step(*args, **kwargs)
        step, trainer = self.global_step, self.trainer  # the step is counted after this
        if (step + 1) % trainer.log_every_n_steps:  # type: ignore[attr-defined]
            return
        values = torch.stack([value.float() for value in self._to_log.values()]).cpu()
        logged = {f"train/{name}": value for name, value in zip(self._to_log, values, strict=True)}
        trainer.callback_metrics.update(logged)
        numbers = {name: value.item() for name, value in logged.items()}
        for logger in trainer.loggers:
            logger.log_metrics({**numbers, "epoch": self.current_epoch}, step)
            logger.save()

    def _refuse_unknown_terms(self, terms: Mapping[str, Tensor]) -> None:
        for name, weight in self.loss_weights.items():
            if weight != 0 and name not in terms:
                raise InputError(f"model.loss_weights.{name}: {type(self).__name__} has no such term; remove it.")

    def validation_step(self, batch: Batch, batch_idx: int) -> dict[str, Prediction]:
        """`{"prediction": ...}`; callbacks judge it."""
        return {"prediction": self(batch["image"], batch["mask"])}

    def test_step(self, batch: Batch, batch_idx: int) -> dict[str, Prediction]:
        """`{"prediction": ...}`; callbacks judge it."""
        return {"prediction": self(batch["image"], batch["mask"])}

    def make_optimizer(self) -> Optimizer:
        """One optimizer over all parameter groups.

        Raises:
            InputError: the module was built without one.
        """
        if self.optimizer_factory is None:
            raise InputError(f"{type(self).__name__} was built without an optimizer; give optimizer= to train it.")
        groups = self.parameter_groups()
        scales = [group.pop("lr_scale", 1.0) for group in groups]
        try:
            optimizer = self.optimizer_factory(groups)
        except (ValueError, TypeError, IndexError) as error:  # its own checks of its arguments
            raise InputError(f"model.optimizer: {error}") from error
        for group, scale in zip(optimizer.param_groups, scales, strict=True):
            group["lr"] = scale * group["lr"]
        return optimizer

    def configure_optimizers(self) -> OptimizerConfig | OptimizerLRSchedulerConfig:
        """`make_optimizer`, and the schedule of its learning rates.

        Raises:
            InputError: there is no optimizer, or the schedule does not count steps.
        """
        optimizer = self.make_optimizer()
        if self.schedule_factory is None:
            return {"optimizer": optimizer}
        for key, value in getattr(self.schedule_factory, "keywords", {}).items():
            if isinstance(value, int) and (value < 0 or (key == "T_max" and value == 0)):  # trainer.max_steps=-1
                raise InputError(f"model.lr_schedule.{key}={value}: give a number of steps (or trainer.max_steps).")
        try:
            schedule = self.schedule_factory(optimizer)
        except (ValueError, TypeError, IndexError, ZeroDivisionError) as error:
            raise InputError(f"model.lr_schedule: {error}") from error
        if isinstance(schedule, ReduceLROnPlateau):
            raise InputError("model.lr_schedule: ReduceLROnPlateau follows a metric; give one that counts steps.")
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def configure_gradient_clipping(
        self,
        optimizer: Optimizer,
        gradient_clip_val: float | None = None,
        gradient_clip_algorithm: str | None = None,
    ) -> None:
        """Clip each parameter group by itself: large gradients of D leave those of G as they are, and vice versa."""
        if gradient_clip_val:
            for group in optimizer.param_groups:
                CLIPPING[gradient_clip_algorithm or "norm"](group["params"], gradient_clip_val)

    def check_going_on(self, checkpoint: Mapping[str, Any]) -> None:
        """Refuse to go on from a checkpoint of a training with another kind of optimizer or schedule.

        Raises:
            InputError: its state would mean nothing to this one's.
        """
        made, stored = _kinds(self.configure_optimizers()), checkpoint.get(KINDS_KEY)
        if stored is not None and stored != made:
            raise InputError(
                f"it was trained with {' and '.join(stored)}, this training has {' and '.join(made)}: a training goes "
                "on with the same optimizer and lr_schedule; init_from= begins a new one with its weights"
            )
        if len(made) > 1 and checkpoint["optimizer_states"]:
            before = [group["initial_lr"] for group in checkpoint["optimizer_states"][0]["param_groups"]]
            if before != [group["lr"] for group in self.make_optimizer().param_groups]:
                raise InputError(
                    f"model.optimizer.lr was {before[0]:g}; with an lr_schedule it cannot be changed on the way: "
                    "init_from= begins a new training with these weights"
                )

    def on_train_start(self) -> None:
        """Go on with the learning rate and the other settings that are given now, not with those of the checkpoint."""
        kept = {"params", "lr"} if self.trainer.lr_scheduler_configs else {"params"}
        for optimizer in self.trainer.optimizers:
            for group, wanted in zip(optimizer.param_groups, self.make_optimizer().param_groups, strict=True):
                group.update({key: value for key, value in wanted.items() if key not in kept})

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Write down which model this is, so that a checkpoint alone says how to build it."""
        checkpoint[MODEL_KEY] = self.name
        if self.optimizer_factory is not None:
            checkpoint[KINDS_KEY] = _kinds(self.configure_optimizers())

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Go on from the weights that were being trained, where `state_dict` holds their moving average."""
        if TRAINED_KEY in checkpoint and self._trainer is not None and self._trainer.state.fn == TrainerFn.FITTING:
            checkpoint[AVERAGED_KEY], checkpoint["state_dict"] = checkpoint["state_dict"], checkpoint[TRAINED_KEY]


def _kinds(configured: OptimizerConfig | OptimizerLRSchedulerConfig) -> list[str]:
    schedule: Any = configured.get("lr_scheduler")
    parts = [configured["optimizer"], *([] if schedule is None else [schedule["scheduler"]])]
    return [type(part).__name__ for part in parts]
