"""What is measured: a forward pass and a train step of a model, as calls without arguments."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import skimage.data
import torch
import torch.nn.functional as F
from omegaconf import DictConfig, OmegaConf
from torch import Tensor
from torch.optim import Optimizer

from inpaint_zoo.batch import Batch
from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import CONF_DIR
from inpaint_zoo.layers.recomputation import recomputed
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.runtime import arithmetic
from inpaint_zoo.zoo import create_model, network_arguments

Call = Callable[[], object]

PRECISIONS: Mapping[str, Callable[[], AbstractContextManager[Any]]] = {
    "32": partial(arithmetic.PRECISIONS["float32"], "cpu"),
    "bf16": partial(arithmetic.PRECISIONS["bf16"], "cpu"),
}
"""What networks and losses run in, by the name that a configuration uses."""


@dataclass(frozen=True)
class Case:
    """One model under one set of conditions; plain values, so that it can be handed to another process."""

    model: str
    size: int
    """Side of the square images, in pixels."""
    batch_size: int
    precision: str
    """A name of `PRECISIONS`."""
    network: Mapping[str, Any]
    """Values for keys of `network` in `conf/model/MODEL.yaml`; empty for the published network."""
    activation_checkpointing: bool = False
    """Whether train steps compute the activations of the network's blocks again."""

    def create_network(self) -> InpaintingNetwork:
        """The network in eval mode, random weights.

        Raises:
            InputError: There is no such model or key.
        """
        return create_model(self.model, **self.network)

    def create_module(self) -> InpaintingModule:
        """The model with its losses and a loss network of random weights, in training mode.

        Raises:
            InputError: There is no such model or key, or the model cannot be trained at this size.
        """
        arguments = network_arguments(self.model, self.network)
        published = OmegaConf.load(CONF_DIR / "model" / f"{self.model}.yaml")
        node = OmegaConf.merge(published, {"network": arguments})
        assert isinstance(node, DictConfig)
        if "loss_network" in node:
            node.loss_network = "random"
        with _Silenced("inpaint_zoo.losses.perceptual"):
            module: InpaintingModule = construct(node)
        module.check_training(self.batch_size, self.size, self.size)
        return module.train()

    def check(self, steps: bool) -> None:
        """Build once what will be measured, so that a mistake is found before any time is spent.

        Raises:
            InputError: As `create_network` and `create_module`, or the network does not take this size.
        """
        self.create_network().check_size(self.size, self.size)
        if steps:
            self.create_module()


def forward_call(network: InpaintingNetwork, case: Case) -> Call:
    """A forward pass: eval mode, inference mode, composite included."""
    batch = make_batch(case)
    autocast = PRECISIONS[case.precision]
    network.requires_grad_(False)  # see `count_gflop`

    @torch.inference_mode()
    def forward() -> None:
        with autocast():
            network(batch["image"], batch["mask"])

    return forward


def step_call(module: InpaintingModule, case: Case) -> Call:
    """A train step: all losses, backward, one step of the optimizer; without the data loader and without a Trainer."""

    @contextmanager
    def around() -> Iterator[None]:
        with (
            PRECISIONS[case.precision](),
            recomputed(module.network) if case.activation_checkpointing else nullcontext(),
        ):
            yield

    return bare_step(module, module.make_optimizer(), make_batch(case), around)


def bare_step(
    module: InpaintingModule, optimizer: Optimizer, batch: Batch, around: Callable[[], AbstractContextManager[Any]]
) -> Call:
    """A train step on this batch; its losses are computed within what `around` makes."""

    def step() -> None:
        optimizer.zero_grad()
        with around():
            terms = module.losses(batch)
            total = torch.stack([module.loss_weights[name] * term for name, term in terms.items()]).sum()
        total.backward()
        optimizer.step()

    return step


def make_batch(case: Case) -> Batch:
    """`photograph` as a case wants it."""
    return photograph(case.size, case.batch_size)


def photograph(size: int, count: int) -> Batch:
    """A photograph (edges as images have them, which Canny's time depends on) with a hole in its central quarter."""
    astronaut = torch.from_numpy(skimage.data.astronaut()).permute(2, 0, 1)[None].float() / 255
    image: Tensor = F.interpolate(astronaut, size=(size, size), mode="bilinear", antialias=True)
    mask = torch.zeros(count, 1, size, size)
    border = size // 4
    mask[..., border : size - border, border : size - border] = 1
    images = image.clamp(0, 1).repeat(count, 1, 1, 1)
    return {"image": images, "mask": mask, "name": ["astronaut"] * count}


class _Silenced:
    """Keeps a logger to errors for a while: the benchmark says by itself that the loss network is random."""

    def __init__(self, name: str) -> None:
        self.logger = logging.getLogger(name)
        self.level = self.logger.level

    def __enter__(self) -> None:
        self.logger.setLevel(logging.ERROR)

    def __exit__(self, *_: object) -> None:
        self.logger.setLevel(self.level)
