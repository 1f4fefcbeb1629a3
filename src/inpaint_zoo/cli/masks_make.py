"""`inpaint-zoo masks make`: write masks as PNG files, with a manifest."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import DictConfig, OmegaConf
from rich.console import Console
from rich.progress import track

from inpaint_zoo.checks import as_given, at_least, height_and_width, seed_in_range
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.config.build import construct
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import make_folder, whole_or_nothing, writable_folder
from inpaint_zoo.files.hashing import pixel_hash
from inpaint_zoo.files.inputs import named_folders, refuse_below
from inpaint_zoo.files.name_matching import few
from inpaint_zoo.images.finding import list_images
from inpaint_zoo.images.reading import MAX_PIXELS, write_png
from inpaint_zoo.masks import MaskGenerator, MaskRequest
from inpaint_zoo.masks.files.manifest import FILE, MadeMask, listed_masks, write_mask_manifest
from inpaint_zoo.runtime.random_state import random_state

_PREFIX, _SUFFIX = ".masks-", ".part"


def run(config: DictConfig) -> None:
    """Write `000000.png`, ... and `manifest.json` to the output folder: all of them, or none after an error."""
    quiet_libraries()
    folder = writable_folder(config.output)
    node: Any = OmegaConf.to_container(config.mask, resolve=True)
    refuse_below(folder, named_folders(node, "mask"))
    count, (height, width) = at_least(1, config.count, "count"), height_and_width(config.size, "size")
    if height * width > MAX_PIXELS:
        raise InputError(
            f"size={as_given([height, width])} has more than {MAX_PIXELS} pixels, the most that can be read: lower it"
        )
    seed = seed_in_range(config.seed, "seed")
    old = _old_masks(folder, config.force)
    generator: MaskGenerator = construct(config.mask)
    terminal = Console(stderr=True)
    for unfinished in _unfinished(folder):
        shutil.rmtree(unfinished)
    with whole_or_nothing(folder):
        make_folder(folder)
        # on the same disk, so that moving the finished files cannot fail half-way for lack of space
        with tempfile.TemporaryDirectory(prefix=_PREFIX, suffix=_SUFFIX, dir=folder) as new:
            masks = [
                _make(generator, (seed, index), (height, width), Path(new))
                for index in track(range(count), "masks", console=terminal, disable=not terminal.is_terminal)
            ]
            write_mask_manifest(Path(new), node, seed, masks)
            names = [mask.name for mask in masks]
            # the manifest is moved last: until then, the old one and that of the unfinished folder list every file here
            for name in names:
                Path(new, name).replace(folder / name)
            for name in old.difference(names):
                (folder / name).unlink(missing_ok=True)
            Path(new, FILE).replace(folder / FILE)
    ratios = [mask.ratio for mask in masks]
    print(f"{count} masks of {width}x{height} in {folder}, {min(ratios):.1%} to {max(ratios):.1%} holes")


def _make(generator: MaskGenerator, key: tuple[int, int], size: tuple[int, int], folder: Path) -> MadeMask:
    _, index = key
    mask = generator(MaskRequest(*size, random_state(*key), index=index))
    name = f"{index:06d}.png"
    write_png(folder / name, mask[0] * np.uint8(255))
    return MadeMask(name, pixel_hash(mask), float(mask.mean()), size)


def _old_masks(folder: Path, force: bool) -> set[str]:
    """Names of the masks that earlier runs left in the folder, to be replaced.

    Raises:
        InputError: The folder is not empty and `force` is false, or it holds files that no earlier run has written.
    """
    unfinished = _unfinished(folder)
    if not folder.is_dir() or not set(folder.iterdir()).difference(unfinished):
        return set()
    if not force:
        raise InputError(f"output: {folder} is not empty: give force=true to replace the masks in it, or a new folder")
    old = {name for run in (folder, *unfinished) for name in listed_masks(run / FILE)}
    foreign = [file.name for file in list_images(folder, "output") if file.name not in old]
    foreign += [path.name for path in folder.glob("*.png") if path.is_dir()]
    if (folder / FILE).exists() and not listed_masks(folder / FILE):
        foreign.append(FILE)
    if foreign:
        raise InputError(
            f"output: {folder} holds {few([repr(name) for name in foreign])}, which no earlier run made: move it away, "
            "or give a new folder"
        )
    return old


def _unfinished(folder: Path) -> list[Path]:
    """The temporary folders of runs that were killed."""
    return [path for path in folder.glob(f"{_PREFIX}*{_SUFFIX}") if path.is_dir()]
