"""Folders of masks beside folders of images: no image becomes a mask, and no folder of masks is overlooked."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.files.inputs import named_folders
from inpaint_zoo.files.name_matching import few
from inpaint_zoo.images.finding import ImageFile, find_masks
from inpaint_zoo.runtime.ranks import is_first_process

_USUAL = ("masks", "mask")


def check_mask_folders(data: Mapping[str, Any], masks: Mapping[str, Any], *images: Sequence[ImageFile]) -> None:
    """Refuse images that would be taken for masks, and note a folder of masks that nothing uses.

    Args:
        data: The node `data`, as plain values.
        masks: The nodes of masks by their keys, such as `mask`.
        *images: The images of each split that is used.

    Raises:
        InputError: A folder of masks holds some of the images, and they do not lie beside masks of their own.
    """
    folders = {key: folder for node, values in masks.items() for key, folder in named_folders(values, node).items()}
    real = {key: path.resolve() for key, folder in folders.items() if (path := Path(folder).expanduser()).is_dir()}
    if real:
        _refuse_images(images, real, folders)
    if is_first_process():
        _note_unused(data, list(real.values()))


def _refuse_images(images: Sequence[Sequence[ImageFile]], real: Mapping[str, Path], folders: Mapping[str, str]) -> None:
    parents = {image.path.parent for split in images for image in split if isinstance(image.path, Path)}
    resolved = {parent: parent.resolve() for parent in parents}
    for key, root in real.items():
        inside = {parent: path for parent, path in resolved.items() if path.is_relative_to(root)}
        if not inside:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)  # whoever reads the masks has said it
            masks = {file.path.resolve() for file in find_masks(root, key) if isinstance(file.path, Path)}
        paths = {image.name: image.path for split in images for image in split if isinstance(image.path, Path)}
        same = [name for name, path in paths.items() if path.parent in inside and path.resolve() in masks]
        if same:
            raise InputError(
                f"{key}: {folders[key]} holds the images themselves ({few(same)}): give a folder of masks, or put "
                "photo_mask.png beside every photo.png"
            )


def _note_unused(data: Mapping[str, Any], used: Sequence[Path]) -> None:
    if not data.get("root") or "masks" not in data or data["masks"] is not None:
        return
    for folder in (Path(data["root"]).expanduser() / name for name in _USUAL):
        real = folder.resolve()
        if folder.is_dir() and not any(real.is_relative_to(root) or root.is_relative_to(real) for root in used):
            warnings.warn(
                f"data.root: nothing takes masks from {str(folder)!r}: give data.masks={folder.name} if every image "
                f"has its own there, or mask=files mask.root={folder}",
                InputWarning,
                stacklevel=4,
            )
