"""Fixtures shared by all tests."""

from __future__ import annotations

import importlib.util
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from inpaint_zoo.cli import main
from inpaint_zoo.models.weights import converted
from inpaint_zoo.zoo import create_model, network_arguments

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


class Outcome(NamedTuple):
    """What a call of the command line left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run the command line in this process."""

    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return Outcome(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session", autouse=True)
def _no_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Refuse connections and hide weights that this machine has downloaded: tests are the same everywhere."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            raise OSError("tests use no network")
        connect(self, address)  # the workers of data loaders talk through local sockets

    def no_address(*_: Any, **__: Any) -> None:
        raise OSError("tests use no network")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", no_address)
        patch.setattr(socket.socket, "connect", refuse)
        patch.setenv("TORCH_HOME", str(tmp_path_factory.mktemp("torch_home")))
        yield


@pytest.fixture(autouse=True)
def _subnormal_numbers() -> None:
    """Numbers below 1e-38 stay what they are; `train` flushes them to zero, in the whole process."""
    torch.set_flush_denormal(False)


SMALL = {
    "misf": {"base_channels": 8, "num_residual_blocks": 1},
    "madf": {"base_channels": 8, "mask_channels": 4, "num_levels": 5, "normalization_channels": 8},
    "ctsdg": {"base_channels": 8, "num_levels": 5},
}
"""Arguments of networks that take pictures of 32 x 32."""


@pytest.fixture(scope="session")
def small_network() -> Callable[[str], dict[str, int]]:
    """The arguments of a small network by the model's name; side lengths are multiples of 32 (MISF: 4)."""
    return lambda name: dict(SMALL[name])


@pytest.fixture(scope="session")
def small_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A file of ours with a small network of random weights, by the model's name."""
    folder = tmp_path_factory.mktemp("small_checkpoints")

    def write(name: str) -> Path:
        path = folder / f"{name}.ckpt"
        if not path.exists():
            torch.manual_seed(0)
            arguments = network_arguments(name, SMALL[name])
            torch.save(converted(name, create_model(name, **arguments), arguments), path)
        return path

    return write


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[..., Path]:
    """Write smooth pictures (40 x 36 unless told otherwise) to a folder and return the folder."""

    def write(*names: str, folder: str = "pictures", width: int = 40, height: int = 36) -> Path:
        for seed, name in enumerate(names):
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(FILL.image_u8(name, seed, height, width)).save(path)
        return tmp_path / folder

    return write


@pytest.fixture
def masks(tmp_path: Path) -> Callable[..., Path]:
    """Write masks, a white box of 40 % of each side on black (40 x 36 unless told otherwise); return the folder."""

    def write(*names: str, folder: str = "masks", width: int = 40, height: int = 36) -> Path:
        for name in names:
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            mask = np.zeros((height, width), np.uint8)
            mask[height // 4 : height // 4 + -(-height * 2 // 5), width // 3 : width // 3 + -(-width * 2 // 5)] = 255
            Image.fromarray(mask).save(path)
        return tmp_path / folder

    return write
