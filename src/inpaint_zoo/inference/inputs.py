"""The images that a command names, each with the place of its hole and of its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inpaint_zoo.checks import at_least, one_path
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.inputs import refuse_below, refuse_overwriting
from inpaint_zoo.files.name_matching import NamedMasks, few, png_name, without_suffix
from inpaint_zoo.files.source import Readable
from inpaint_zoo.images.finding import ImageFile, not_masks, without_images, without_masks
from inpaint_zoo.images.formats import with_usual_suffix
from inpaint_zoo.images.named import folder_of, masks_beside, named_files
from inpaint_zoo.images.original import result_is_png
from inpaint_zoo.inference.hole_sources import ALPHA, AlphaChannel, HoleColor, HoleSource, MaskFile, is_color
from inpaint_zoo.inference.pipeline import Done, Work
from inpaint_zoo.masks.files.checks import check_threshold
from inpaint_zoo.masks.files.pairs import refuse_image_itself

_ELSEWHERE = "lies in another folder, to which a link leads"


@dataclass(frozen=True)
class Inputs:
    """What the keys `images`, `masks`, `threshold`, `tolerance` and `invert` say."""

    images: str
    masks: str | None
    threshold: int = 128
    tolerance: int = 0
    invert: bool = False

    def __post_init__(self) -> None:
        one_path(self.images, "images")
        if self.masks is not None:
            one_path(self.masks, "masks")
        check_threshold(self.threshold, "threshold")
        at_least(0, self.tolerance, "tolerance")

    def sources(self) -> list[tuple[ImageFile, HoleSource]]:
        """Every image with the place of its hole.

        Raises:
            InputError: There are no images, or some have no mask.
        """
        files = named_files(self.images, "images")
        if not files:
            raise InputError(f"images: {self.images} has no images.")
        if self.masks == ALPHA:
            return [(image, AlphaChannel(self.invert)) for image in files]
        if self.masks is not None and is_color(self.masks):
            color = HoleColor(self.masks, self.tolerance, self.invert)
            return [(image, color) for image in files]
        if self.masks is None:
            return self._with_masks_beside(files)
        return self._with_masks(files if len(files) == 1 else without_masks(files, "images"), self.masks)

    def _with_masks(self, images: Sequence[ImageFile], value: str) -> list[tuple[ImageFile, HoleSource]]:
        masks = named_files(value, "masks")
        if len(masks) == 1 and folder_of(value).is_file():
            return [(image, self._mask_file(image, masks[0].path, resize=False)) for image in images]
        named = NamedMasks(without_images(masks, "masks"), "masks")
        found = named.of_all([image.name for image in images], value)
        return [(image, self._mask_file(image, mask, resize=True)) for image, mask in zip(images, found, strict=True)]

    def _with_masks_beside(self, files: Sequence[ImageFile]) -> list[tuple[ImageFile, HoleSource]]:
        images = files if len(files) == 1 else not_masks(files)
        masks = masks_beside(images)
        missing = [image.name for image in images if image.name not in masks]
        if missing:
            example = f"{without_suffix(missing[0])}_mask.png"
            raise InputError(
                f"masks is missing: no mask lies beside {len(missing)} of {len(images)} images: {few(missing)}: give "
                f"masks=PATH, masks={ALPHA} or masks='#ff00ff', or call the masks as {example}"
            )
        return [(image, self._mask_file(image, masks[image.name], resize=True)) for image in images]

    def _mask_file(self, image: ImageFile, mask: Readable, *, resize: bool) -> MaskFile:
        refuse_image_itself(image, ImageFile(str(mask), mask), "masks")
        return MaskFile(mask, self.threshold, self.invert, resize)


def plan(given: Inputs, *, as_png: bool) -> list[Work | Done]:
    """The work for every image, or why there is none: its header cannot be read, or another has its result's name.

    Raises:
        InputError: As `Inputs.sources`.
    """
    taken: dict[str, str] = {}
    folder = folder_of(given.images).resolve()
    return [_work(image, source, taken, folder, as_png=as_png) for image, source in given.sources()]


def _work(
    image: ImageFile, source: HoleSource, taken: dict[str, str], folder: Path, *, as_png: bool
) -> Work | Done:  # fmt: skip
    try:
        is_png = as_png or result_is_png(image.path)
    except InputError as error:
        return Done(image.name, str(error))
    result = str(png_name(image.name)) if is_png else with_usual_suffix(image.name)
    other = taken.setdefault(result, image.name)
    if other != image.name:
        return Done(image.name, f"images: {other} and {image.name} would both become {result}: rename one")
    is_elsewhere = isinstance(image.path, Path) and not image.path.resolve().is_relative_to(folder)
    return Work(image, source, result, (_ELSEWHERE,) if is_elsewhere else ())


def refuse_inputs(folder: Path, given: Inputs, works: Sequence[Work]) -> None:
    """Refuse a folder in which results would replace images or masks, or be filled the next time.

    Raises:
        InputError: It is one.
    """
    masks = {work.source.mask for work in works if isinstance(work.source, MaskFile)}
    reached: dict[str, list[Path]] = {
        "images": [folder_of(given.images)] if folder_of(given.images).is_dir() else [],
        "masks": [folder_of(given.masks)] if given.masks and masks and folder_of(given.masks).is_dir() else [],
    }
    if reached["images"]:  # links below the folder of images lead to other folders
        reached["images"] += [path.parent for work in works if isinstance(path := work.image.path, Path)]
    for key, folders in reached.items():
        for read in dict.fromkeys(folders):
            refuse_below(folder, {key: read})
    refuse_overwriting((folder / work.result for work in works), [*(work.image.path for work in works), *masks])
