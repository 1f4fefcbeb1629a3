"""`inpaint-zoo data check`: read every image and mask, and report the problems found."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.checks import at_least
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.config.build import construct
from inpaint_zoo.data import FolderDataModule, InpaintingDataModule
from inpaint_zoo.data.audit import (
    WRITTEN,
    FactsCache,
    ImageFacts,
    MaskFacts,
    MaskSummary,
    diagnose,
    examine_image,
    examine_mask,
    examined,
    summary,
    write_report,
)
from inpaint_zoo.data.mask_folders import check_mask_folders
from inpaint_zoo.data.paired_masks import PairedImage
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import DamagedFileError, InputError, InputWarning
from inpaint_zoo.files.atomic import writable_folder
from inpaint_zoo.files.hashing import combined_hash, file_hash
from inpaint_zoo.files.inputs import named_folders, refuse_below, refuse_missing
from inpaint_zoo.files.outputs import refuse_foreign
from inpaint_zoo.files.source import Readable
from inpaint_zoo.images.finding import ImageFile, find_masks
from inpaint_zoo.masks import MaskGenerator, MaskRequest, PairedMask
from inpaint_zoo.runtime.progress import tracked
from inpaint_zoo.runtime.random_state import random_state

Facts = TypeVar("Facts")
_CACHE = "cache"
_CODE = (
    "images/reading.py",
    "images/metadata.py",
    "images/formats.py",
    "data/audit/facts.py",
    "data/audit/perceptual_hash.py",
    "masks/files/checks.py",
)


def run(config: DictConfig) -> None:
    """Write `report.md`, `report.json` and `exclude.txt`; problems found do not change the exit code."""
    quiet_libraries()
    nodes: dict[str, Any] = {key: OmegaConf.to_container(config[key], resolve=True) for key in ("data", "mask")}
    folder = _results_folder(config.output, nodes)
    at_least(1, config.num_made_masks, "num_made_masks")
    at_least(0, config.num_workers, "num_workers")
    refuse_missing(nodes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)  # they warn about a few masks; here, all masks are examined
        generator, problem = _generator(config)
    data: InpaintingDataModule = construct(config.data, mask=generator, eval_mask=generator, seed=0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", InputWarning)
        images, notes = _images(data)
        check_mask_folders(nodes["data"], {"mask": nodes["mask"]}, *images.values())
    # such as files that are left out by their suffix, or as they are masks
    notes += dict.fromkeys(str(each.message) for each in caught if issubclass(each.category, InputWarning))
    read = partial(_read, folder=folder / _CACHE, num_workers=config.num_workers)
    paths = {str(each.path): each.path for listed in images.values() for each in listed}
    facts = read("images", list(paths.values()), examine_image, ImageFacts, settings="")
    paired = _paired_masks(data, images, read)
    masks = _masks(config, generator, images, data.size, read) if paired is None else paired
    diagnosis = diagnose(
        images,
        dict(zip(paths, facts, strict=True)),
        masks,
        preparation=data.preparation,
        notes=[*notes, *(problem if paired is None else _unpaired_notes(images))],
        advice=_leak_advice(data),
        left_out=() if data.exclusion is None else sorted(data.exclusion.names),
    )
    write_report(diagnosis, folder)
    print(summary(diagnosis, folder))


def _results_folder(output: str, nodes: Mapping[str, Any]) -> Path:
    """Check the folder for the report: nothing of others is replaced, and nothing that is read gets a report."""
    folder = writable_folder(output)
    for key, node in nodes.items():
        refuse_below(folder, named_folders(node, key))
    refuse_foreign(folder, WRITTEN, _CACHE)
    return folder


def _leak_advice(data: InpaintingDataModule) -> str:
    return " (data.test_split=test holds some out)" if isinstance(data, FolderDataModule) and data.is_flat else ""


def _generator(config: DictConfig) -> tuple[Any, list[str]]:
    """The generator, or why mask files cannot be used as one; the files are examined nevertheless."""
    try:
        return construct(config.mask), []
    except DamagedFileError as error:
        if not _are_files(config):
            raise
        find_masks(Path(config.mask.root).expanduser(), "mask.root")
        return None, [str(error)]


def _are_files(config: DictConfig) -> bool:
    return bool(config.mask.get("root"))


def _images(data: InpaintingDataModule) -> tuple[dict[Split, Sequence[ImageFile]], list[str]]:
    """The images of each split, and notes about splits that could not be examined.

    Raises:
        InputError: No split has images.
    """
    found, missing = {}, {}
    for split in Split:
        try:
            found[split] = data.kept_images(split)
        except InputError as error:
            missing[split] = error
    if not found:
        raise missing[Split.TRAIN]
    notes = [f"no {split} images were examined ({error})" for split, error in missing.items()]
    if data.exclusion is not None:
        left_out = {split: len(data.images(split)) - len(kept) for split, kept in found.items()}
        counts = ", ".join(f"{number} of {split}" for split, number in left_out.items())
        notes.append(f"data.exclude={str(data.exclusion.path)!r} left out {counts}; exclude.txt names them again")
    return found, notes


def _read(
    what: str,
    paths: Sequence[Readable],
    examine: Callable[[Readable], Facts],
    kind: type[Facts],
    *,
    settings: str,
    folder: Path,
    num_workers: int,
) -> list[Facts]:
    package = Path(__file__).parents[1]
    code = {name: file_hash(package / name) for name in _CODE}
    cache = FactsCache(folder / f"{what}.jsonl", combined_hash(code | {"settings": settings}), kind)
    read = dict(tracked(examined(paths, examine, cache, num_workers), len(paths), what))
    return [read[place] for place in range(len(paths))]


def _masks(
    config: DictConfig,
    generator: MaskGenerator | None,
    images: Mapping[Split, Sequence[ImageFile]],
    size: tuple[int, int],
    read: Callable[..., list[Any]],
) -> MaskSummary:
    if not _are_files(config):
        assert generator is not None
        made = [
            generator(MaskRequest(*size, random_state(0, index), index=index)) for index in range(config.num_made_masks)
        ]
        return MaskSummary(f"made at {size[1]}x{size[0]}", [float(mask.mean()) for mask in made])
    files = find_masks(Path(config.mask.root).expanduser(), "mask.root")
    found = _examined_masks({file.name: file.path for file in files}, config.mask.threshold, config.mask.invert, read)
    of_images, missing = _pairs(generator, images)
    return replace(found, of_images=of_images, missing=missing)


def _paired_masks(
    data: InpaintingDataModule, images: Mapping[Split, Sequence[ImageFile]], read: Callable[..., list[Any]]
) -> MaskSummary | None:
    """Examine the masks that belong to images; None if no image has one."""
    paired = {
        f"{split}/{image.name}": image.mask.path
        for split, listed in images.items()
        for image in listed
        if isinstance(image, PairedImage)
    }
    if not paired:
        return None
    how = data.paired_masks
    # the same name may belong to different masks in different splits, so masks are identified by their paths
    found = _examined_masks({str(path): path for path in paired.values()}, how.threshold, how.invert, read)
    of_images = {name: str(path) for name, path in paired.items()}
    return replace(found, source="files of images", keys="data.mask_", of_images=of_images)


def _unpaired_notes(images: Mapping[Split, Sequence[ImageFile]]) -> list[str]:
    """Notes about splits whose images have no paired masks."""
    without = [split for split, listed in images.items() if not isinstance(listed[0], PairedImage)]
    return [f"images of {split} have no paired masks: the masks of mask= were not examined" for split in without]


def _examined_masks(
    paths: Mapping[str, Readable], threshold: int, invert: bool, read: Callable[..., list[Any]]
) -> MaskSummary:
    examine = partial(examine_mask, threshold=threshold, invert=invert)
    facts = read("masks", list(paths.values()), examine, MaskFacts, settings=f"{threshold} {invert}")
    return MaskSummary(
        source="files",
        ratios=[each.ratio for each in facts if each.error is None],
        files=dict(zip(paths, facts, strict=True)),
        threshold=threshold,
        invert=invert,
    )


def _pairs(
    generator: MaskGenerator | None, images: Mapping[Split, Sequence[ImageFile]]
) -> tuple[dict[str, str], list[str]]:
    """For paired masks: the mask of each image, and the images without one."""
    if not isinstance(generator, PairedMask):
        return {}, []
    names = list(dict.fromkeys(image.name for listed in images.values() for image in listed))
    missing = generator.missing(names)
    mask_of = {name: generator.mask_file(0, name).name for name in names if name not in set(missing)}
    paired = {
        f"{split}/{image.name}": mask_of[image.name]
        for split, listed in images.items()
        for image in listed
        if image.name in mask_of
    }
    return paired, missing
