"""Preparing the photographs of the packaged networks, and training these networks further."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.models.vgg import cfgs, make_layers

from inpaint_zoo.losses.irregular_holes import LAYERS
from inpaint_zoo.losses.perceptual import VGGFeatures
from inpaint_zoo.zoo import load_model, load_packaged

PHOTOGRAPHS, ON_GPU = "benchmarks/bundles/photographs.py", "benchmarks/bundles/on_gpu.py"


def smooth(height: int, width: int) -> np.ndarray:
    down, right = np.mgrid[:height, :width] / max(height, width)
    return np.stack([255 * down, 255 * right, 127 * (down + right)], axis=2).astype(np.uint8)


def write_vgg16(path: Path) -> None:
    """Its convolutions, with random weights, and what else is in torchvision's file."""
    torch.manual_seed(0)
    layers = make_layers(cfgs["D"]).state_dict()
    torch.save(
        {f"features.{name}": values for name, values in layers.items()} | {"classifier.0.bias": torch.ones(9)}, path
    )


def test_tiles_overlap_and_cover_a_photograph_at_every_scale(
    loaded: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    photographs = loaded(PHOTOGRAPHS)
    (tmp_path / "originals").mkdir()
    Image.fromarray(smooth(400, 620)).save(tmp_path / "originals" / "hill.png")
    photographs.write_reduced(tmp_path / "originals" / "hill.png", tmp_path / "photographs")
    photographs.write_tiles(tmp_path / "photographs", tmp_path / "train")
    names = {path.stem for path in (tmp_path / "train").iterdir()}
    counts = {side: sum(f"_{side}_" in name for name in names) for side in (288, 360, 400, 448)}
    assert counts == {288: 2 * 3, 360: 2 * 4, 400: 3 * 4, 448: 0}
    corner = np.asarray(Image.open(tmp_path / "train" / "hill_400_2_3.jpg")).astype(int)
    assert corner.shape == (256, 256, 3)
    assert np.abs(corner - smooth(400, 620)[144:, 364:]).max() <= 6


def test_the_first_layers_of_vgg16_are_all_that_the_losses_need(
    loaded: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    write_vgg16(tmp_path / "vgg16.pth")
    loaded(PHOTOGRAPHS).write_first_layers(tmp_path / "vgg16.pth", tmp_path / "first.pth")
    assert (tmp_path / "first.pth").stat().st_size < 4e6
    image = torch.rand(1, 3, 32, 32)
    features, exact = (
        VGGFeatures("vgg16", LAYERS, str(tmp_path / name))(image, LAYERS) for name in ("first.pth", "vgg16.pth")
    )
    for name in LAYERS:
        assert torch.allclose(features[name], exact[name], atol=1e-3 * float(exact[name].abs().max()))


@pytest.mark.slow
def test_networks_are_trained_further_from_one_folder(
    loaded: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(ON_GPU).parent.resolve()))
    on_gpu = loaded(ON_GPU)
    for folder in ("photographs", "val"):
        (tmp_path / folder).mkdir()
        Image.fromarray(smooth(256, 256)).save(tmp_path / folder / "hill.jpg")
    write_vgg16(tmp_path / "vgg16.pth")
    recipe = on_gpu.RECIPES["misf"]._replace(batch=1, workers=0, steps=2, cost=1e6)
    monkeypatch.setitem(on_gpu.RECIPES, "misf", recipe)
    monkeypatch.setattr(on_gpu, "LEAST_STEPS", 2)
    overrides = ["data.size=32", "model.lr_schedule.warmup_steps=1", "trainer.precision=32-true"]
    output = tmp_path / "output"
    monkeypatch.setattr(
        sys, "argv", [ON_GPU, str(tmp_path), str(output), "--models", "misf", "--seconds", "400", *overrides]
    )
    on_gpu.main()
    packaged = load_packaged("misf").state_dict()
    plain, sharp = (load_model(output / f"{name}.safetensors")[1].state_dict() for name in ("misf", "misf_vgg16"))
    name = next(name for name, values in packaged.items() if values.ndim == 4)
    assert not torch.equal(packaged[name], plain[name])
    assert not torch.equal(plain[name], sharp[name])
    assert (output / "misf_vgg16.csv").read_text().startswith("epoch,step")
