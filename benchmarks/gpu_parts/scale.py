"""How large everything is: as published, or so small that a processor goes through all of it in minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MODELS = ("misf", "madf", "ctsdg")


@dataclass(frozen=True)
class Scale:
    """Sizes, counts and settings of all parts."""

    parity_size: int = 128
    """Side of the images whose fills are compared with those of the CPU."""
    size: int = 256
    """Side of all other images."""
    batches: tuple[int, ...] = (1, 8, 32)
    compiled_batches: tuple[int, ...] = (32, 8, 1)
    """In the order in which time may run out."""
    matrix: int = 8192
    """Side of the square matrices whose product is this machine's peak."""
    calls: int = 5
    """Of which each time is the median."""
    training_batch: int = 16
    """Of each of the three trainings at once."""
    loading_batch: int = 32
    loading_seconds: float = 60
    """At most."""
    workers: int | None = None
    """Processes that load data; None: as many as there are processors, but one."""
    repeats: int = 3
    """Of every image in the comparison, with another mask each."""
    left_out: tuple[str, ...] = ()
    """Terms of losses, from the train steps that are timed."""
    networks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Arguments of each network; none: as published."""
    settings: tuple[str, ...] = ()
    """What the command lines of all trainings are given last."""


FULL = Scale()
TINY = Scale(
    parity_size=64,
    size=64,
    batches=(1, 2),
    compiled_batches=(),
    matrix=256,
    calls=2,
    training_batch=2,
    loading_batch=2,
    loading_seconds=120,
    workers=0,
    repeats=1,
    left_out=("perceptual", "style"),  # with which a processor is busy for minutes
    networks={
        "misf": {"base_channels": 8, "num_residual_blocks": 1},
        "madf": {"base_channels": 8, "num_levels": 5},
        "ctsdg": {"base_channels": 8, "num_levels": 5},
    },
    settings=(
        "trainer.precision=32-true",
        "trainer.log_every_n_steps=1",
        "model.lr_schedule.warmup_steps=1",
        "trainer.max_steps=4",
        "trainer.val_check_interval=2",
    ),
)
PUBLISHED = {
    "misf": {"base_channels": 64},
    "madf": {"base_channels": 64, "num_levels": 7, "normalization_channels": 128},
    "ctsdg": {"base_channels": 64, "num_levels": 7},
}
"""What `experiment=bundle_MODEL` has narrower."""


def training_settings(model: str, scale: Scale) -> list[str]:
    """A training of `experiment=bundle_MODEL` from random weights, L1 alone, but with the network of this scale."""
    network = {**PUBLISHED[model], **scale.networks.get(model, {})}
    own = [f"model.network.{key}={value}" for key, value in network.items()]
    initial = ["model.he_initialisation=false"] if model == "misf" else []  # it is for narrow networks
    return [f"experiment=bundle_{model}", *own, *initial, f"data.size={scale.size}"]
