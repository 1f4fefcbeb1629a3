"""`inpaint-zoo masks sheet`: one image with some masks of each kind."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
from omegaconf import DictConfig, ListConfig, OmegaConf
from PIL import Image, ImageDraw, ImageFont

from inpaint_zoo.checks import at_least, choose, seed_in_range, strings
from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import writable_file, write_bytes
from inpaint_zoo.images.reading import MAX_PIXELS
from inpaint_zoo.masks import MaskGenerator, MaskRequest
from inpaint_zoo.runtime.random_state import random_state

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
_GAP = 6
_TITLE_HEIGHT = 22
_PAPER, _INK, _KNOWN, _HOLE = 255, 25, 60, 255


def run(config: DictConfig) -> None:
    """Write the image."""
    path = writable_file(config.output)
    file_format = choose(_FORMATS, path.suffix.lower(), "output: the suffix")
    samples, size = at_least(1, config.samples, "samples"), at_least(1, config.size, "size")
    columns, seed = at_least(1, config.columns, "columns"), seed_in_range(config.seed, "seed")
    generators = {kind: _generator(kind, config.root) for kind in strings(config.kinds, "kinds", "[box,half]")}
    if samples * size**2 * max(columns, len(generators)) > MAX_PIXELS:
        raise InputError(f"size={size}, samples={samples}: the sheet has more than {MAX_PIXELS} pixels: lower them")
    parts = [
        _strip(kind, [_mask(generator, seed, index, samples, size) for index in range(samples)])
        for kind, generator in generators.items()
        if generator is not None
    ]
    if not parts:
        raise InputError("kinds: there is none to be shown: give some, and root=DIR for those that need files")
    num_shown = len(parts)
    parts += [np.full_like(parts[0], _PAPER)] * (-len(parts) % columns)
    rows = [np.concatenate(parts[first : first + columns], axis=1) for first in range(0, len(parts), columns)]
    sheet = np.pad(np.concatenate(rows), ((0, 0), (_GAP, 0)), constant_values=_PAPER)
    encoded = io.BytesIO()
    Image.fromarray(sheet).save(encoded, file_format, quality=80, optimize=True)
    write_bytes(path, [encoded.getvalue()])
    print(f"{samples} masks each of {num_shown} kinds in {path}")


def _generator(kind: str, root: str | None) -> MaskGenerator | None:
    """The generator of a line of `kinds`; None where it needs files, and there are none."""
    name, *changes = kind.split()
    node = compose_config("masks make", [f"kind={name}", *changes, "output=."]).mask
    for part in [part for part in _parts(node) if OmegaConf.is_missing(part, "root")]:
        if root is None:
            return None
        part.root = root
    generator: MaskGenerator = construct(node)
    return generator


def _parts(node: Any) -> Iterator[DictConfig]:
    """A node and all nodes in it."""
    if isinstance(node, DictConfig):
        yield node
    if isinstance(node, DictConfig | ListConfig):
        values = [value for _, value in node.items_ex(resolve=False)] if isinstance(node, DictConfig) else list(node)
        for value in values:
            yield from _parts(value)


def _mask(generator: MaskGenerator, seed: int, index: int, samples: int, size: int) -> np.ndarray:
    """Mask `index`, uint8 (size, size)."""
    progress = index / max(1, samples - 1)
    mask = generator(MaskRequest(size, size, random_state(seed, index), progress, index))
    return np.asarray(mask[0])


def _strip(title: str, masks: list[np.ndarray]) -> np.ndarray:
    """Masks side by side under a title, uint8 gray."""
    row = np.concatenate([_framed(mask) for mask in masks], axis=1)
    line = Image.new("L", (row.shape[1], _TITLE_HEIGHT), _PAPER)
    ImageDraw.Draw(line).text((1, 2), title, fill=_INK, font=ImageFont.load_default(15))
    return np.concatenate([np.asarray(line), row])


def _framed(mask: np.ndarray) -> np.ndarray:
    shown = np.pad(np.where(mask, np.uint8(_HOLE), np.uint8(_KNOWN)), 1, constant_values=_INK)
    return np.pad(shown, ((0, _GAP), (0, _GAP)), constant_values=_PAPER)
