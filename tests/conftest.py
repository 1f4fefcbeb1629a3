"""Fixtures shared by all tests."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

FIXTURES = Path(__file__).parent / "fixtures"


def _load_fill() -> ModuleType:
    spec = importlib.util.spec_from_file_location("golden_fill", FIXTURES / "fill.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FILL = _load_fill()


@dataclass
class Golden:
    """What the published reference implementation of one model returned (see fixtures/README.md)."""

    arrays: dict[str, np.ndarray]
    record: dict[str, Any]

    @property
    def image(self) -> Tensor:
        """(B, 3, H, W) in [0, 1]."""
        return torch.from_numpy(self.arrays["image"]).permute(0, 3, 1, 2).float() / 255

    @property
    def mask(self) -> Tensor:
        """(B, 1, H, W), 1 = hole."""
        return torch.from_numpy(self.arrays["hole"] == 255)[:, None].float()

    def picture(self, name: str) -> Tensor:
        """A stored picture, (B, C, H, W) float32."""
        return torch.from_numpy(self.arrays[name]).float()


@pytest.fixture(scope="session")
def golden() -> Callable[[str], Golden]:
    """Load the golden files of a model by its name."""

    def load(name: str) -> Golden:
        with np.load(FIXTURES / f"golden_{name}_s1.npz") as stored:
            arrays = {key: stored[key] for key in stored.files}
        return Golden(arrays, json.loads((FIXTURES / f"golden_{name}_s1.json").read_text()))

    return load


@pytest.fixture(scope="session")
def released_state_dict() -> Callable[[str], dict[str, Tensor]]:
    """The state dict that stands behind the golden files, by manifest name (`misf_generator`, `vgg16`, ...)."""

    def load(name: str) -> dict[str, Tensor]:
        return FILL.state_dict(FIXTURES / f"manifest_{name}.json", 1)

    return load
