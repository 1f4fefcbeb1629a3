"""Which files of a folder are images, and what they are called."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.images import finding
from inpaint_zoo.images.finding import find_images, find_masks
from inpaint_zoo.images.formats import IMAGE_SUFFIXES
from inpaint_zoo.images.reading import read_image

COLORS = np.random.RandomState(0).randint(0, 256, (20, 30, 3), dtype=np.uint8)


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_images_are_found_at_any_depth_sorted_without_hidden_and_other_files(tmp_path: Path) -> None:
    odd = "a, b [c]=d/it's Ünï 写真.JPeG"
    touch(tmp_path, "b.png", "a/z.webp", odd, ".hidden/x.png", "a/.y.png", "notes.txt", "a/c.tiff")
    found = find_images(tmp_path, "data.root")
    assert [image.name for image in found] == [odd, "a/c.tiff", "a/z.webp", "b.png"]
    assert all(image.path.is_file() for image in found)


def test_links_are_followed_and_circles_end(tmp_path: Path) -> None:
    touch(tmp_path, "root/a/x.png", "elsewhere/y.png")
    (tmp_path / "root/a/up").symlink_to(tmp_path / "root")
    (tmp_path / "root/other").symlink_to(tmp_path / "elsewhere")
    assert [image.name for image in find_images(tmp_path / "root", "data.root")] == ["a/x.png", "other/y.png"]


def test_a_link_to_nothing_is_named_when_read(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to(tmp_path / "gone.png")
    (found,) = find_images(tmp_path, "data.root")
    with pytest.raises(InputError, match=r"a\.png' does not exist"):
        read_image(found.path)


def test_a_link_that_goes_round_is_named_when_read(tmp_path: Path) -> None:
    touch(tmp_path, "b.png")
    for name in ("a.png", "folder", "c.txt"):
        (tmp_path / name).symlink_to(name)
    found = find_images(tmp_path, "data.root")
    assert [image.name for image in found] == ["a.png", "b.png"]
    with pytest.raises(InputError, match=r"a\.png' cannot be read \(Too many levels of symbolic links\)"):
        read_image(found[0].path)


def test_a_root_that_goes_round_is_named(tmp_path: Path) -> None:
    (tmp_path / "root").symlink_to("root")
    with pytest.raises(InputError, match=r"data\.root: cannot read the folder .*Too many levels of symbolic links"):
        find_images(tmp_path / "root", "data.root")


def test_a_folder_that_may_be_listed_but_not_entered_is_named(tmp_path: Path) -> None:
    """Root may enter every folder, so the search runs in a process without this right."""
    touch(tmp_path, "locked/a.png")
    (tmp_path / "locked").chmod(0o644)
    code = (
        "import sys; from pathlib import Path; from inpaint_zoo.images.finding import find_images\n"
        "try: find_images(Path(sys.argv[1]), 'data.root')\n"
        "except Exception as error: print(error)"
    )
    without_rights = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    for root in ("locked", "."):
        run = [*without_rights, sys.executable, "-c", code, str(tmp_path / root)]
        said = subprocess.run(run, capture_output=True, text=True, check=True).stdout
        assert f"data.root: cannot read the folder '{tmp_path}/locked' (Permission denied)" in said
    (tmp_path / "locked").chmod(0o755)


def test_what_is_left_out_by_its_suffix_is_counted_and_named(tmp_path: Path) -> None:
    touch(tmp_path, "a.png", "b.heic", "sub/c.raw", "sub/.d.raw", "notes.txt", "manifest.json", "photo")
    (tmp_path / "broken.raw").symlink_to("nothing")
    with pytest.warns(InputWarning) as caught:
        assert [image.name for image in find_images(tmp_path, "data.root")] == ["a.png"]
    assert [str(each.message) for each in caught] == [
        "data.root: 3 of 4 files are left out, as their suffix is not that of an image: b.heic, c.raw, photo "
        "(pip install 'inpaint-zoo[heic]' reads .heic)"
    ]


def test_masks_beside_their_images_are_no_images(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "a_mask.png", "b.png", "b-Mask.PNG", "d/a_mask.png", "e.png", "e_mask001.png", "mask.png")
    with pytest.warns(InputWarning) as caught:
        names = [image.name for image in find_images(tmp_path, "data.root")]
    assert names == ["a.jpg", "b.png", "d/a_mask.png", "e.png", "mask.png"]
    left_out, taken = (str(each.message) for each in caught)
    assert left_out == (
        "data.root: 3 of 8 files are left out, as they end in _mask and lie beside their images: "
        "a_mask.png, b-Mask.PNG, e_mask001.png"
    )
    assert taken.endswith("no image of their name lies beside them: they are taken as images: d/a_mask.png")


def test_images_beside_their_masks_are_no_masks(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "a_mask.png", "b_mask.png", "c.png")
    with pytest.warns(InputWarning, match=r"mask\.root: 1 of 4 files are no masks, .* beside them: a\.jpg$"):
        assert [mask.name for mask in find_masks(tmp_path, "mask.root")] == ["a_mask.png", "b_mask.png", "c.png"]


def test_a_folder_of_masks_alone_needs_no_note(tmp_path: Path) -> None:
    touch(tmp_path, "a_mask.png", "b_mask.png")
    assert len(find_masks(tmp_path, "mask.root")) == 2


def test_names_that_are_no_text_become_printable(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png")
    Image.fromarray(COLORS).save(path, format="PNG")
    (found,) = find_images(tmp_path, "data.root")
    assert found.name == "\\xff.png"
    assert read_image(found.path).shape == COLORS.shape


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    touch(tmp_path, "d/\xfc.png", "d/u\u0308.png")
    with pytest.raises(
        InputError, match=r"data\.root: '.*u\\u0308\.png' and '.*\\xfc\.png' are both called 'd/ü\.png'"
    ):
        find_images(tmp_path, "data.root")


@pytest.mark.parametrize("name", ["a.png", "linked.png"])
def test_a_pipe_is_no_image(tmp_path: Path, name: str) -> None:
    touch(tmp_path, "folder.png/b.png", "c.png")
    os.mkfifo(tmp_path / "pipe")
    assert len(find_images(tmp_path, "data.root")) == 2
    if name == "a.png":
        (tmp_path / "pipe").rename(tmp_path / name)
    else:
        (tmp_path / name).symlink_to(tmp_path / "pipe")
    with pytest.raises(InputError, match=rf"data\.root: '.*{name}' is not a regular file"):
        find_images(tmp_path, "data.root")


def test_unusable_folders_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "a.png")
    with pytest.raises(InputError, match=r"data\.root: .*b' does not exist"):
        find_images(tmp_path / "b", "data.root")
    with pytest.raises(InputError, match=r"data\.root: .*a\.png' is not a folder"):
        find_images(tmp_path / "a.png", "data.root")

    def refuse(path: str) -> Any:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputError, match=r"cannot read the folder .*Permission denied"):
        find_images(tmp_path, "data.root")


def test_where_all_images_need_an_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "IMAGE_SUFFIXES", IMAGE_SUFFIXES - {".heic"})
    for name in ("a.HEIC", "b.heic", "notes.txt"):
        (tmp_path / name).touch()
    with pytest.raises(InputError, match=r"^images: .* no image .*: a\.HEIC, b\.heic \(pip") as caught:
        find_images(tmp_path, "images")
    assert "inpaint-zoo[heic]" in str(caught.value)
