"""`inpaint-zoo predict`: fill the holes of images of any size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from omegaconf import DictConfig
from rich.progress import track

from inpaint_zoo.checks import choose
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import ClassicalFill, NetworkMethod, Sample
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.files.atomic import writable_folder
from inpaint_zoo.files.inputs import refuse_below, refuse_overwriting
from inpaint_zoo.files.name_matching import NamedMasks, few, png_name, without_suffix
from inpaint_zoo.files.source import Readable
from inpaint_zoo.images.arrays import rounded, to_float
from inpaint_zoo.images.finding import ImageFile, find_images, find_masks
from inpaint_zoo.images.reading import read_image, read_mask, write_png
from inpaint_zoo.images.resizing import resize_mask
from inpaint_zoo.masks.files.checks import MaskLook, check_threshold, look_at, warn_about, warn_about_outliers
from inpaint_zoo.masks.files.pairs import check_pairs
from inpaint_zoo.runtime.device import choose_device
from inpaint_zoo.zoo import load_model


def run(config: DictConfig) -> None:
    """Write one composite for every image, as PNG under the image's name."""
    quiet_libraries()
    folder = writable_folder(config.output)
    images, masks = (Path(given).expanduser() for given in (config.images, config.masks))
    fill = _classical_fill(config)
    check_threshold(config.threshold, "threshold")
    for key, path in (("images", images), ("masks", masks)):
        if not path.exists():
            raise InputError(f"{key}: {config[key]!r} does not exist: give {key}=FILE, or {key}=DIR")
    pairs = _pairs(images, masks)
    _refuse_inputs(folder, images, masks, pairs)
    check_pairs(((image, ImageFile(str(mask), mask)) for image, mask in pairs), "masks")
    method = fill or _network_method(config)
    together = masks.is_dir()
    _check_files(config, pairs, resize=together)
    for image, mask in track(pairs, description="images"):
        sample = _sample(image, mask, config.threshold, config.invert, resize=together)
        write_png(folder / png_name(image.name), rounded(to_float(method(sample))))
    print(f"{len(pairs)} {'image' if len(pairs) == 1 else 'images'} in {folder}")


def _classical_fill(config: DictConfig) -> ClassicalFill | None:
    """The fill that `method` names; None where `ckpt` names a network. Exactly one of them is given."""
    if config.method is None and config.ckpt is None:
        raise InputError(
            "ckpt is missing: give ckpt=FILE, a checkpoint of a run or a published file, or method=NAME, which needs "
            f"no training (known: {', '.join(FILLS)})."
        )
    if config.method is not None and config.ckpt is not None:
        raise InputError(f"ckpt={config.ckpt} and method={config.method} both fill: give one of them.")
    if config.method is None:
        return None
    return ClassicalFill(choose(FILLS, str(config.method), "method"), str(config.method))


def _network_method(config: DictConfig) -> NetworkMethod:
    device = choose_device(config.device)
    _, network = load_model(Path(config.ckpt), config.model_name, choice=config.weights)
    return NetworkMethod(network, device)


def _pairs(images: Path, masks: Path) -> list[tuple[ImageFile, Readable]]:
    """Every image with its mask: matched by name in two folders, or one mask for all images."""
    files = find_images(images, "images") if images.is_dir() else [ImageFile(images.name, images)]
    if not files:
        raise InputError(f"images: {images} has no images.")
    _refuse_same_result(files)
    if not masks.is_dir():
        return [(image, masks) for image in files]
    named = NamedMasks(find_masks(masks, "masks"), "masks")
    missing = named.missing([image.name for image in files])
    if missing:
        raise InputError(
            f"masks: {masks} has no mask of the same name for {len(missing)} of {len(files)} images: {few(missing)}"
            f"{named.there()}"
        )
    return [(image, mask) for image in files if (mask := named.find(image.name)) is not None]


def _refuse_inputs(folder: Path, images: Path, masks: Path, pairs: Sequence[tuple[ImageFile, Readable]]) -> None:
    """Refuse a folder in which results would replace images or masks, or be filled the next time."""
    # links below the folder of images lead to other folders
    reached = [image.path.parent for image, _ in pairs if isinstance(image.path, Path)] if images.is_dir() else []
    for images_in in dict.fromkeys([images, *reached]):
        refuse_below(folder, {"images": images_in})
    refuse_below(folder, {"masks": masks})
    read = [path for image, mask in pairs for path in (image.path, mask)]
    refuse_overwriting((folder / png_name(image.name) for image, _ in pairs), read)


def _check_files(config: DictConfig, pairs: Sequence[tuple[ImageFile, Readable]], *, resize: bool) -> None:
    """Read everything once, so that a bad file is found before anything is written; notes name doubtful masks."""
    rule = {"threshold": config.threshold, "invert": config.invert}
    looks: dict[str, MaskLook] = {}
    for image, mask in pairs:
        _sample(image, mask, **rule, resize=resize)
        if str(mask) not in looks:
            looks[str(mask)] = look_at(read_mask(mask), **rule)
    source = f"masks={config.masks!r}"
    warn_about(looks, source, **rule, prefix="")
    warn_about_outliers({name: look.ratio for name, look in looks.items()}, source)


def _refuse_same_result(files: list[ImageFile]) -> None:
    seen: dict[str, str] = {}
    for image in files:
        other = seen.setdefault(without_suffix(image.name), image.name)
        if other != image.name:
            both = f"{other} and {image.name} would both become {png_name(image.name)}"
            raise InputError(f"images: {both}: rename one.")


def _sample(image: ImageFile, mask: Readable, threshold: int, invert: bool, *, resize: bool) -> Sample:
    pixels, gray = read_image(image.path), read_mask(mask)
    if gray.shape != pixels.shape[:2]:
        if not resize:
            raise InputError(
                f"{mask} is {gray.shape[1]}x{gray.shape[0]} and {image.path} is {pixels.shape[1]}x{pixels.shape[0]}: "
                "make the mask as large as the image (masks from a folder are resized)."
            )
        gray = resize_mask(gray, *pixels.shape[:2])
    return Sample(image.name, image.name, pixels, (gray >= threshold) != invert)
