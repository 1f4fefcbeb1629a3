"""`inpaint-zoo data check`: read every picture and mask, and say what is the matter with them."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from omegaconf import DictConfig

from inpaint_zoo.cli import main
from inpaint_zoo.construct import construct
from inpaint_zoo.data import InpaintingDataModule
from inpaint_zoo.data.source import Split
from inpaint_zoo.doctor import (
    Ledger,
    MaskSummary,
    diagnose,
    examine_mask,
    examine_picture,
    examined,
    mask_facts,
    picture_facts,
    summary,
    write_report,
)
from inpaint_zoo.errors import InputError, InputWarning, at_least
from inpaint_zoo.files import writable_folder
from inpaint_zoo.hashes import combined_hash, file_hash
from inpaint_zoo.images import PictureFile, find_pictures
from inpaint_zoo.judging.progress import tracked
from inpaint_zoo.masks import MaskGenerator, PairedMask
from inpaint_zoo.quiet import quiet_libraries
from inpaint_zoo.randomness import random_state
from inpaint_zoo.readable import Readable

Facts = TypeVar("Facts")
_CODE = ("images.py", "doctor/facts.py", "doctor/looks.py", "masks/checks.py")


def run(config: DictConfig) -> None:
    """Write `report.md`, `report.json` and `exclude.txt`; findings are no failure."""
    quiet_libraries()
    folder = writable_folder(config.output)
    at_least(1, config.num_made_masks, "num_made_masks")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)  # what they say of a few masks is found out of all
        generator, complaint = _generator(config)
    data: InpaintingDataModule = construct(config.data, mask=generator, eval_mask=generator, seed=0)
    pictures, notes = _pictures(data)
    read = partial(_read, folder=folder / "ledger", num_workers=config.num_workers)
    paths = {str(each.path): each.path for listed in pictures.values() for each in listed}
    facts = read("pictures", list(paths.values()), examine_picture, picture_facts, settings="")
    masks = _masks(config, generator, pictures, data.size, read)
    diagnosis = diagnose(
        pictures,
        dict(zip(paths, facts, strict=True)),
        masks,
        size=data.size,
        resized=data.resize is not None,
        notes=[*notes, *complaint],
    )
    write_report(diagnosis, folder)
    print(summary(diagnosis, folder))


def _generator(config: DictConfig) -> tuple[Any, list[str]]:
    """The generator, or why files cannot be used as one; they are examined all the same."""
    try:
        return construct(config.mask), []
    except InputError as error:
        if not _are_files(config):
            raise
        find_pictures(Path(config.mask.root).expanduser(), "mask.root")
        return None, [str(error)]


def _are_files(config: DictConfig) -> bool:
    return bool(config.mask.get("root"))


def _pictures(data: InpaintingDataModule) -> tuple[dict[Split, Sequence[PictureFile]], list[str]]:
    """The pictures of each split, and which there are not.

    Raises:
        InputError: There are none at all.
    """
    found, missing = {}, []
    for split in Split:
        try:
            found[split] = data.pictures(split)
        except InputError as error:
            missing.append(error)
    if not found:
        raise missing[0]
    return found, [f"no {split} pictures were examined" for split in Split if split not in found]


def _read(
    what: str,
    paths: Sequence[Readable],
    examine: Callable[[Readable], Facts],
    plain: Callable[[Mapping[str, Any]], Facts],
    *,
    settings: str,
    folder: Path,
    num_workers: int,
) -> list[Facts]:
    package = Path(__file__).parent
    code = {name: file_hash(package / name) for name in _CODE}
    ledger = Ledger(folder / f"{what}.jsonl", combined_hash(code | {"settings": settings}), plain)
    read = dict(tracked(examined(paths, examine, ledger, num_workers), len(paths), what))
    return [read[place] for place in range(len(paths))]


def _masks(
    config: DictConfig,
    generator: MaskGenerator | None,
    pictures: Mapping[Split, Sequence[PictureFile]],
    size: tuple[int, int],
    read: Callable[..., list[Any]],
) -> MaskSummary:
    if not _are_files(config):
        assert generator is not None
        made = [generator(*size, random_state(0, index), index=index) for index in range(config.num_made_masks)]
        return MaskSummary(f"made at {size[1]}x{size[0]}", [float(mask.mean()) for mask in made])
    files = find_pictures(Path(config.mask.root).expanduser(), "mask.root")
    threshold, invert = config.mask.threshold, config.mask.invert
    examine = partial(examine_mask, threshold=threshold, invert=invert)
    settings = f"{threshold} {invert}"
    facts = read("masks", [file.path for file in files], examine, mask_facts, settings=settings)
    by_name = {file.name: each for file, each in zip(files, facts, strict=True)}
    of_pictures, missing = _pairs(generator, pictures)
    return MaskSummary(
        source="files",
        ratios=[each.ratio for each in facts if each.error is None],
        files=by_name,
        threshold=threshold,
        invert=invert,
        of_pictures=of_pictures,
        missing=missing,
    )


def _pairs(
    generator: MaskGenerator | None, pictures: Mapping[Split, Sequence[PictureFile]]
) -> tuple[dict[str, str], list[str]]:
    """For masks that belong to pictures: the mask of each picture, and pictures without one."""
    if not isinstance(generator, PairedMask):
        return {}, []
    names = list(dict.fromkeys(picture.name for listed in pictures.values() for picture in listed))
    missing = generator.missing(names)
    return {name: generator.file_name(0, name) for name in names if name not in set(missing)}, missing


if __name__ == "__main__":
    raise SystemExit(main(["data", "check", *sys.argv[1:]]))
