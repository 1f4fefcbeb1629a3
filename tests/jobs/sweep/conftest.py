from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.config.compose import output_dir
from inpaint_zoo.training.runs.result import Result, config_hash, write_result

Behaviour = Callable[[DictConfig, Path], float]


class FakeTraining:
    """Stands for `train`: leaves a run folder whose result is what `behaviour` returns."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = lambda config, folder: 20.0 + config.seed
        self.folders: list[Path] = []
        self.configs: list[DictConfig] = []

    def run(self, config: DictConfig) -> float:
        folder = output_dir()
        self.folders.append(folder)
        self.configs.append(config)
        (folder / "config.yaml").write_text(OmegaConf.to_yaml(config, resolve=True))
        (folder / "metrics.csv").write_text("step,train/loss,val/psnr\n1,1.5,\n5,,19.25\n")
        (folder / "last.ckpt").write_bytes(b"")
        value = self.behaviour(config, folder)
        write_result(folder, Result(metric="val/psnr", value=value, step=10, config=config_hash(config)))
        return value


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> FakeTraining:
    fake = FakeTraining()
    monkeypatch.setattr(importlib.import_module("inpaint_zoo.cli.train"), "run", fake.run)
    return fake
