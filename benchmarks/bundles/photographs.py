"""Cuts the photographs of photographs.csv into tiles of 256x256, on which `make bundles` trains the packaged networks.

python benchmarks/bundles/photographs.py FOLDER [--packages FOLDER]

Those of Debian are downloaded with `apt-get download` unless --packages already holds them; the others come with
scikit-image and scikit-learn. Writes FOLDER/train, and FOLDER/val with grayscale photographs of scikit-image, on which
training is only watched.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

TILE = 256
SHORTER_SIDES = (288, 448, 704, 1088)
VALIDATION = ("camera.png", "clock_motion.png", "coins.png", "moon.png")


def main() -> None:
    """Read the command line, and write all tiles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--packages", type=Path, help="folder of .deb files; default: FOLDER/packages")
    given = parser.parse_args()
    train, val = given.folder / "train", given.folder / "val"
    train.mkdir(parents=True, exist_ok=True)
    val.mkdir(exist_ok=True)
    listed = list(csv.DictReader((Path(__file__).parent / "photographs.csv").open(encoding="utf-8")))
    packages = given.packages or given.folder / "packages"
    folders = {name: unpacked(name, packages) for name in sorted({row["package"] for row in listed})}
    for row in listed:
        write_tiles(folders[row["package"]] / row["file"], train)
    for name in VALIDATION:
        shutil.copy(folders["scikit-image"] / name, val)
    print(f"{len(listed)} photographs, {len(list(train.iterdir()))} tiles in {train}")


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


def write_tiles(path: Path, folder: Path) -> None:
    """Cut a photograph at several scales into tiles that cover it."""
    # wallpapers of Plasma are named by their resolution, in a folder with their name
    name = path.parents[2].name if path.parent.name == "images" and "wallpapers" in path.parts else path.stem
    image = np.asarray(Image.open(path).convert("RGB"))
    for side, scaled in at_scales(image):
        starts = [np.linspace(0, length - TILE, -(-length // TILE)).astype(int) for length in scaled.shape[:2]]
        for i, top in enumerate(starts[0]):
            for j, left in enumerate(starts[1]):
                tile = Image.fromarray(scaled[top : top + TILE, left : left + TILE])
                tile.save(folder / f"{name}_{side}_{i}_{j}.jpg", quality=95)


def at_scales(image: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """The image with each of the shorter sides that make it clearly smaller, at least once."""
    height, width = image.shape[:2]
    shorter = min(height, width)
    for side in SHORTER_SIDES:
        if side > 0.9 * shorter and side != SHORTER_SIDES[0]:
            continue
        actual = min(side, shorter)
        size = (round(width * actual / shorter), round(height * actual / shorter))
        yield actual, cv2.resize(image, size, interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    Image.MAX_IMAGE_PIXELS = 200_000_000
    main()
