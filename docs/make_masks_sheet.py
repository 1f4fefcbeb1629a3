"""Makes docs/masks.jpg, six masks of each kind: `python docs/make_masks_sheet.py [FILE]`; white = hole."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image, ImageDraw, ImageFont

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.masks import MaskGenerator, MaskRequest
from inpaint_zoo.runtime.random_state import random_state

KINDS = (
    "box", "center_box", "boxes", "half", "outpainting", "free_form", "free_form_box", "irregular", "irregular_bins",
    "random_walk", "lama_thin", "lama_medium", "lama_thick", "rfr_strokes", "text", "scratches", "stains", "damage",
    "mixture", "exact_ratio", "exact_ratio of=boxes", "redrawn", "curriculum", "border mask.border=free",
    "border mask.border=touching of=box", "objects",
)  # fmt: skip
"""Each a kind of `inpaint-zoo masks make`, and what is changed in it; those that only read files have no look."""
SAMPLES, SIZE, COLUMNS, SEED = 6, 128, 2, 0
GAP, TITLE_HEIGHT = 6, 22
PAPER, INK, KNOWN, HOLE = 255, 25, 60, 255


def make_sheet() -> Image.Image:
    """All kinds, two side by side."""
    with tempfile.TemporaryDirectory() as shapes:
        Image.fromarray(~skimage.data.horse()).save(Path(shapes, "horse.png"))
        parts = [strip(kind, generator(kind, shapes)) for kind in KINDS]
    parts += [np.full_like(parts[0], PAPER)] * (-len(parts) % COLUMNS)
    rows = [np.concatenate(parts[first : first + COLUMNS], axis=1) for first in range(0, len(parts), COLUMNS)]
    return Image.fromarray(np.pad(np.concatenate(rows), ((0, 0), (GAP, 0)), constant_values=PAPER))


def generator(kind: str, shapes: str) -> MaskGenerator:
    """The generator of a line of `KINDS`; one that takes shapes from files finds them in the folder `shapes`."""
    files = [f"mask.root={shapes}"] if kind == "objects" else []
    made: MaskGenerator = construct(compose_config("masks make", [*f"kind={kind}".split(), *files, "output=."]).mask)
    return made


def strip(title: str, masks: MaskGenerator) -> np.ndarray:
    """Masks side by side under a title, uint8 gray; over them, training goes from its start to its end."""
    requests = (
        MaskRequest(SIZE, SIZE, random_state(SEED, index), index / (SAMPLES - 1), index) for index in range(SAMPLES)
    )
    row = np.concatenate([framed(masks(request)[0]) for request in requests], axis=1)
    line = Image.new("L", (row.shape[1], TITLE_HEIGHT), PAPER)
    ImageDraw.Draw(line).text((1, 2), title, fill=INK, font=ImageFont.load_default(15))
    return np.concatenate([np.asarray(line), row])


def framed(mask: np.ndarray) -> np.ndarray:
    """A mask, uint8 0 or 1, as gray values in a thin frame."""
    shown = np.pad(np.where(mask, np.uint8(HOLE), np.uint8(KNOWN)), 1, constant_values=INK)
    return np.pad(shown, ((0, GAP), (0, GAP)), constant_values=PAPER)


if __name__ == "__main__":
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("masks.jpg")
    make_sheet().save(path, quality=80, optimize=True)
