"""Make the pictures of `inpaint-zoo certify`, and the numbers that every protocol has for them, always the same.

The targets are crops of photographs that come with scikit-image and are in the public domain (astronaut, rocket) or
CC0 (chelsea, coffee). An output is its target, a little wrong where it is known; in the hole, a smooth and noisy guess.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image
from scipy import ndimage

from inpaint_zoo.certificate.reference import CORPUS, PROTOCOLS, Array, Pair, as_floats, read_corpus

SEED = 20240501
HEIGHT, WIDTH = 112, 144
CROPS = {
    "astronaut": [(20, 150), (250, 10)],
    "chelsea": [(60, 130), (150, 250)],
    "coffee": [(60, 250), (250, 60)],
    "rocket": [(60, 250), (300, 420)],
}
"""Upper left corners."""
MARGIN = 15
"""Rows at the bottom and columns at the right without a hole."""
SHARES = (0.06, 0.12, 0.2, 0.3, 0.4, 0.5, 0.6, 0.25)
"""About the share of the hole, by picture."""
EQUAL = 3
"""Number of the picture whose output has the target's own pixels in the hole."""


def hole_of(share: float, rng: np.random.Generator) -> Array:
    """(H, W) bool: blobs, and one box that is not in the middle."""
    noise = ndimage.gaussian_filter(rng.normal(size=(HEIGHT, WIDTH)), 7)
    noise[:, WIDTH - MARGIN :] = noise[HEIGHT - MARGIN :] = noise.min()
    hole: Array = noise > np.quantile(noise, 1 - 0.8 * share)
    side = round(math.sqrt(0.25 * share * HEIGHT * WIDTH))
    hole[8 : 8 + side, 20 : 20 + side] = True
    return hole


def output_of(target: Array, hole: Array, rng: np.random.Generator) -> Array:
    """(H, W, 3) uint8; the colours of the hole drift to one side, so that it matters in which order channels stand."""
    known = target + rng.normal(2, 3, target.shape)
    weight = ndimage.gaussian_filter((~hole).astype(float), 6)[..., None] + 1e-3
    smooth = ndimage.gaussian_filter(target * ~hole[..., None].astype(bool), (6, 6, 0)) / weight
    guess = 0.6 * target + 0.4 * smooth + [9, -4, -12] + rng.normal(0, 6, target.shape)
    return np.rint(np.where(hole[..., None], guess, known)).clip(0, 255).astype(np.uint8)


def make_corpus(folder: Path) -> None:
    """Write `targets`, `masks` and `outputs` as PNG files of one size, and `expected.json`."""
    rng = np.random.default_rng(SEED)
    places = [(name, place) for name, corners in CROPS.items() for place in corners]
    for number, ((name, (top, left)), share) in enumerate(zip(places, SHARES, strict=True)):
        target = getattr(skimage.data, name)()[top : top + HEIGHT, left : left + WIDTH]
        hole = hole_of(share, rng)
        output = output_of(target, hole, rng)
        if number == EQUAL:
            output[hole] = target[hole]
        for kind, pixels in (("targets", target), ("outputs", output), ("masks", hole)):
            path = folder / kind / f"{number + 1}_{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path, optimize=True)
    text = json.dumps(expected(read_corpus(folder)), indent=1, allow_nan=False)
    (folder / "expected.json").write_text(f"{text}\n", encoding="utf-8")


def expected(pairs: dict[str, Pair]) -> dict[str, dict[str, dict[str, dict[str, float | str]]]]:
    """By form of the pictures, protocol, metric and picture; `inf` as a string, as JSON has no such number."""
    forms = {"uint8": pairs, "floats": {name: as_floats(pair) for name, pair in pairs.items()}}
    return {
        form: {
            protocol: {
                metric: {name: as_json(measure(pair)) for name, pair in inside.items()}
                for metric, measure in metrics.items()
            }
            for protocol, metrics in PROTOCOLS.items()
        }
        for form, inside in forms.items()
    }


def as_json(value: float) -> float | str:
    """A number of 12 digits."""
    return "inf" if math.isinf(value) else float(f"{value:.12g}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=CORPUS)
    make_corpus(parser.parse_args().folder)
