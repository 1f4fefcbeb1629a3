"""Which formats are read, and by which suffixes their files are found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.images.formats import FORMATS, IMAGE_SUFFIXES, KINDS, with_usual_suffix
from inpaint_zoo.images.reading import image_size, read_image

PIXELS = np.random.RandomState(0).randint(0, 256, (20, 30, 3), dtype=np.uint8)


@pytest.mark.parametrize("suffix", sorted(IMAGE_SUFFIXES - {".mpo"}))
def test_every_suffix_is_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    image = Image.fromarray(PIXELS)
    kinds = {".jpe": "JPEG", ".jfif": "JPEG", ".pbm": "PPM", ".pgm": "PPM", ".pnm": "PPM", ".avifs": "AVIF"}
    image.convert({".pbm": "1", ".pgm": "L"}.get(suffix, "RGB")).save(path, kinds.get(suffix))
    read = read_image(path)
    assert read.shape == PIXELS.shape
    assert image_size(path) == PIXELS.shape[:2]
    if suffix not in {".pbm", ".pgm"}:
        assert np.abs(read.astype(int) - PIXELS).mean() < 60
    with Image.open(path) as opened:
        assert opened.format in FORMATS


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "tif", "avif"])
def test_of_several_frames_the_first_is_read(tmp_path: Path, suffix: str) -> None:
    frames = [Image.new("RGB", (30, 20), color) for color in ("red", "green", "blue")]
    path = tmp_path / f"a.{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert np.abs(read_image(path).astype(int) - (255, 0, 0)).max() < 8
    assert image_size(path) == (20, 30)


def test_two_photographs_in_one_file_are_read_as_the_first(tmp_path: Path) -> None:
    Image.new("RGB", (30, 20), "red").save(tmp_path / "a.mpo", save_all=True, append_images=[Image.new("RGB", (8, 8))])
    assert read_image(tmp_path / "a.mpo").shape == (20, 30, 3)


def test_messages_name_a_suffix_of_each_format() -> None:
    assert KINDS.startswith("jpg, png, webp, bmp, tif, gif")
    assert len(KINDS.split(", ")) == len(FORMATS)


def test_the_extra_adds_heic(tmp_path: Path) -> None:
    """With a stand-in for the package of the extra: it teaches Pillow a format."""
    package = tmp_path / "pillow_heif"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "HeifImagePlugin.py").write_text(
        "from PIL import Image, ImageFile\n"
        "class Stored(ImageFile.StubImageFile):\n"
        "    format = 'HEIF'\n"
        "    def _open(self):\n"
        "        self._size, self._mode = (3, 2), 'RGB'\n"
        "    def load(self):\n"
        "        self.im = Image.new('RGB', (3, 2), 'red').im\n"
        "Image.register_open('HEIF', Stored, lambda prefix: prefix[4:12] == b'ftypheic')\n"
    )
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    code = (
        "import sys; from pathlib import Path; from inpaint_zoo.images.reading import read_image, image_size\n"
        "from inpaint_zoo.images.finding import find_images\n"
        "(found,) = find_images(Path(sys.argv[1]), 'data.root')\n"
        "assert read_image(found.path).tolist() == [[[255, 0, 0]] * 3] * 2 and image_size(found.path) == (2, 3)"
    )
    run = [sys.executable, "-W", "error", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"]
    subprocess.run([*run, str(tmp_path)], check=True)


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("x/a.jfif", "x/a.jpg"),
        ("a.b.JPE", "a.b.jpg"),
        ("a.mpo", "a.jpg"),
        ("a.JPEG", "a.JPEG"),
        ("a.tif", "a.tif"),
        ("jfif", "jfif"),
    ],
)
def test_results_have_suffixes_that_all_programs_know(name: str, result: str) -> None:
    assert with_usual_suffix(name) == result
