"""Prepares the photographs of photographs.csv, on which `make bundles` and `on_gpu.py` train the packaged networks.

python benchmarks/bundles/photographs.py FOLDER [--packages FOLDER] [--vgg16 FILE]

Those of Debian are downloaded with `apt-get download` unless --packages already holds them; the others come with
scikit-image and scikit-learn. Writes FOLDER/photographs, reduced (17 MB); FOLDER/train, their tiles; FOLDER/val with
grayscale photographs of scikit-image, on which training is only watched; and with --vgg16, from what `inpaint-zoo
import-weights model=vgg16` writes, FOLDER/vgg16.pth: the layers that losses need, in half precision (3.5 MB).
"""

from __future__ import annotations

import argparse
import csv
import importlib
import shutil
import subprocess
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image

TILE, STRIDE = 256, 128
SHORTER_SIDES = (288, 360, 448, 560, 704, 880, 1088)
VALIDATION = ("camera.png", "clock_motion.png", "coins.png", "moon.png")
VGG16, LAST_CONVOLUTION = "vgg16.pth", 14


def main() -> None:
    """Read the command line, and write everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--packages", type=Path, help="folder of .deb files; default: FOLDER/packages")
    parser.add_argument("--vgg16", type=Path, help="torchvision's weights")
    given = parser.parse_args()
    listed = list(csv.DictReader((Path(__file__).parent / "photographs.csv").open(encoding="utf-8")))
    packages = given.packages or given.folder / "packages"
    folders = {name: unpacked(name, packages) for name in sorted({row["package"] for row in listed})}
    for row in listed:
        write_reduced(folders[row["package"]] / row["file"], given.folder / "photographs")
    (given.folder / "val").mkdir(exist_ok=True)
    for name in VALIDATION:
        shutil.copy(folders["scikit-image"] / name, given.folder / "val")
    write_tiles(given.folder / "photographs", given.folder / "train")
    if given.vgg16 is not None:
        write_first_layers(given.vgg16, given.folder / VGG16)
    print(f"{len(listed)} photographs, {len(list((given.folder / 'train').iterdir()))} tiles in {given.folder}")


def unpacked(package: str, packages: Path) -> Path:
    """The folder with the files of a package."""
    modules = {"scikit-image": ("skimage", "data"), "scikit-learn": ("sklearn", "datasets/images")}
    if package in modules:
        module, below = modules[package]
        return Path(importlib.import_module(module).__path__[0], below)
    target = packages / package
    if not target.is_dir():
        packages.mkdir(parents=True, exist_ok=True)
        if not list(packages.glob(f"{package}_*.deb")):
            subprocess.run(["apt-get", "download", package], cwd=packages, check=True)
        (archive,) = packages.glob(f"{package}_*.deb")
        subprocess.run(["dpkg-deb", "-x", archive, target], check=True)
    return target


def write_reduced(path: Path, folder: Path) -> None:
    """Write a photograph whose shorter side is the last of SHORTER_SIDES, or its own if that is less."""
    # wallpapers of Plasma are named by their resolution, in a folder with their name
    name = path.parents[2].name if path.parent.name == "images" and "wallpapers" in path.parts else path.stem
    image = np.asarray(Image.open(path).convert("RGB"))
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(reduced(image, SHORTER_SIDES[-1])).save(folder / f"{name}.jpg", quality=95)


def write_tiles(photographs: Path, folder: Path) -> None:
    """Cut all photographs of a folder at several scales into tiles that overlap by a half."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as pool:
        list(pool.map(partial(_write_tiles_of, folder=folder), sorted(photographs.iterdir())))


def _write_tiles_of(path: Path, folder: Path) -> None:
    image = np.asarray(Image.open(path))
    for side in sorted({min(side, *image.shape[:2]) for side in SHORTER_SIDES}):
        scaled = reduced(image, side)
        starts = [np.linspace(0, length - TILE, steps(length - TILE)).astype(int) for length in scaled.shape[:2]]
        for i, top in enumerate(starts[0]):
            for j, left in enumerate(starts[1]):
                tile = Image.fromarray(scaled[top : top + TILE, left : left + TILE])
                tile.save(folder / f"{path.stem}_{side}_{i}_{j}.jpg", quality=95)


def steps(length: int) -> int:
    """How many tiles are needed so that they begin at most STRIDE apart."""
    return -(-length // STRIDE) + 1


def reduced(image: np.ndarray, shorter: int) -> np.ndarray:
    """The image (H, W, 3) with this shorter side, or as it is if that is not less."""
    height, width = image.shape[:2]
    scale = shorter / min(height, width)
    if scale >= 1:
        return image
    return cv2.resize(image, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)


def write_first_layers(source: Path, target: Path) -> None:
    """Write the convolutions up to pool3 of torchvision's VGG16, in half precision."""
    state = torch.load(source, weights_only=True)
    convolutions = {name: values for name, values in state.items() if name.startswith("features.")}
    kept = {name: values for name, values in convolutions.items() if int(name.split(".")[1]) <= LAST_CONVOLUTION}
    torch.save({name: values.half() for name, values in kept.items()}, target)


if __name__ == "__main__":
    Image.MAX_IMAGE_PIXELS = 200_000_000
    main()
