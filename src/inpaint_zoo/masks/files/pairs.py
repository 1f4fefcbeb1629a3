"""Checks that a mask can be the mask of its image."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.files.name_matching import few, without_suffix
from inpaint_zoo.files.source import is_same_file
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.reading import SIDEWAYS, file_orientation, image_size
from inpaint_zoo.masks.files.checks import check_orientation

_UPRIGHT = 1


def check_pairs(pairs: Iterable[tuple[ImageFile, ImageFile]], source: str) -> None:
    """Refuse masks that are the image itself or lie across it, and note where sizes cannot tell whether they do.

    Args:
        pairs: Images and their masks.
        source: The key that named the masks, for messages.

    Raises:
        InputError: There is such a mask, or a file cannot be read.
    """
    note_unclear([named for image, mask in pairs if (named := check_pair(image, mask, source))], source)


def check_pair(image: ImageFile, mask: ImageFile, source: str) -> str:
    """Refuse a mask as `check_pairs` does; returns the image's name if sizes cannot tell, for `note_unclear`."""
    refuse_image_itself(image, mask, source)
    orientation = file_orientation(image.path)
    if orientation == _UPRIGHT or orientation == file_orientation(mask.path):
        return ""
    check_orientation(image, mask.name, image_size(mask.path))
    height, width = image_size(image.path)
    return f"{image.name} ({orientation})" if orientation not in SIDEWAYS or height == width else ""


def note_unclear(unclear: Sequence[str], source: str) -> None:
    """Note the images of which `check_pair` cannot tell whether their masks are turned as they are."""
    if unclear:
        warnings.warn(
            f"{source}: {len(unclear)} of the images are turned or mirrored by their EXIF orientation, and sizes do "
            f"not tell whether their masks are: {few(unclear)}; masks belong to the image as viewers show it",
            InputWarning,
            stacklevel=3,
        )


def refuse_image_itself(image: ImageFile, mask: ImageFile, source: str) -> None:
    """Refuse an image as its own mask.

    Raises:
        InputError: Both are one file.
    """
    if is_same_file(image.path, mask.path):
        raise InputError(
            f"{source}: {str(mask.path)!r} is the image itself, not its mask: give another folder, or call masks "
            f"{without_suffix(image.name)}_mask.png"
        )
