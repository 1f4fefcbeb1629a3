"""Whether a mask can be that of its image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.masks.files.pairs import check_pairs


def stored(path: Path, size: tuple[int, int], orientation: int = 1) -> ImageFile:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.eye(size[1], size[0], dtype=np.uint8) * 255).save(path, exif=exif)
    return ImageFile(path.name, path)


@pytest.mark.parametrize(
    ("orientation", "size", "mask_size"), [(3, (60, 40), (60, 40)), (2, (60, 40), (30, 20)), (6, (40, 40), (40, 40))]
)
def test_where_sizes_cannot_tell_a_note_names_the_orientation(
    tmp_path: Path, orientation: int, size: tuple[int, int], mask_size: tuple[int, int]
) -> None:
    image, mask = stored(tmp_path / "a.jpg", size, orientation), stored(tmp_path / "m.png", mask_size)
    with pytest.warns(InputWarning, match=rf"masks: 1 of the images .* EXIF orientation.*: a\.jpg \({orientation}\)"):
        check_pairs([(image, mask)], "masks")


def test_there_is_no_note_where_the_size_or_the_tag_tells(tmp_path: Path) -> None:
    check_pairs([(stored(tmp_path / "a.jpg", (60, 40)), stored(tmp_path / "a.png", (60, 40)))], "masks")
    check_pairs([(stored(tmp_path / "b.jpg", (60, 40), 6), stored(tmp_path / "b.png", (40, 60)))], "masks")
    check_pairs([(stored(tmp_path / "c.jpg", (60, 40), 3), stored(tmp_path / "c.png", (60, 40), 3))], "masks")


def test_a_mask_of_the_stored_pixels_is_refused(tmp_path: Path) -> None:
    pair = (stored(tmp_path / "a.jpg", (60, 40), 6), stored(tmp_path / "a.png", (30, 20)))
    with pytest.raises(InputError, match=r"a\.jpg is turned by its EXIF orientation 6"):
        check_pairs([pair], "masks")


def test_an_image_is_never_its_own_mask(tmp_path: Path) -> None:
    image = stored(tmp_path / "a.png", (60, 40))
    (tmp_path / "link.png").symlink_to("a.png")
    for mask in (image, ImageFile("link.png", tmp_path / "link.png")):
        with pytest.raises(InputError, match=r"is the image itself, not its mask: .* call masks a_mask\.png"):
            check_pairs([(image, mask)], "masks")
