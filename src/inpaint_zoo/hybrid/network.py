"""A network by its model's name, with filters on its image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inpaint_zoo.models.filtered import FilteredNetwork
from inpaint_zoo.zoo import create_model


class FilteredModel(FilteredNetwork):
    """A `FilteredNetwork` that a checkpoint can describe.

    Args:
        model: One of `list_models()`.
        network: Its keyword arguments; those that are missing are as in `conf/model/MODEL.yaml`.
        base_channels: See `FilteredNetwork`.
        kernel_size: See `FilteredNetwork`.
    """

    def __init__(
        self, *, model: str, network: Mapping[str, Any] | None = None, base_channels: int = 64, kernel_size: int = 3
    ) -> None:
        super().__init__(create_model(model, **(network or {})), base_channels=base_channels, kernel_size=kernel_size)
        self.train()
