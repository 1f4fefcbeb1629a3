from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import ImageFolder, Sample
from inpaint_zoo.images.reading import read_image

Write = Callable[..., Path]


def sample(name: str, height: int = 36, width: int = 40) -> Sample:
    return Sample(name, name, np.zeros((height, width, 3), np.uint8), np.ones((height, width), bool))


def test_images_are_found_by_name_whatever_their_suffix(images: Write) -> None:
    method = ImageFolder(images("a.jpg", "sub/b.png"), "theirs")
    assert method.missing(["a.png", "sub/b.webp", "b.png", "c.png"]) == ["b.png", "c.png"]


def test_an_image_is_handed_over_as_it_is(images: Write) -> None:
    method = ImageFolder(images("sub/b.png"), "theirs")
    given = sample("sub/b.webp")
    given.hole[:9] = False
    assert np.array_equal(method(given), read_image(method.root / "sub" / "b.png"))


def test_samples_of_one_photograph_have_numbers(images: Write) -> None:
    method = ImageFolder(images("out/chelsea@1.jpg", "out/chelsea@2.jpg"), "theirs")
    assert method.missing(["chelsea@1.png", "chelsea@2.png", "chelsea@3.png"]) == ["chelsea@3.png"]
    assert np.array_equal(method(sample("chelsea@2.png")), read_image(method.root / "out" / "chelsea@2.jpg"))


def test_two_images_of_one_name_are_refused_with_both(images: Write) -> None:
    with pytest.raises(InputError, match=r"methods\.theirs: a\.jpg and a\.png have one name"):
        ImageFolder(images("a.png", "a.jpg"), "theirs")
    method = ImageFolder(images("x/b.png", "y/b.png", folder="deep"), "theirs")
    with pytest.raises(InputError, match=r"methods\.theirs: x/b\.png and y/b\.png both have the name of b\.png"):
        method.missing(["b.png"])


def test_other_sizes_are_known_from_the_headers(images: Write) -> None:
    root = images("a.png", "b.png", "turned.jpg")
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(read_image(root / "turned.jpg")).save(root / "turned.jpg", exif=exif)
    (root / "b.png").write_bytes((root / "b.png").read_bytes()[:500])
    method = ImageFolder(root, "theirs")
    samples = {"a.png": (36, 40), "b.png": (20, 30), "turned.png": (40, 36)}
    assert method.sizes_differ(samples) == ["b.png (40x36 instead of 30x20)"]
    assert method.sizes_differ({**samples, "b.png": (36, 40)}) == []
    with pytest.raises(InputError, match=r"has no image for c\.png"):
        method.sizes_differ({"c.png": (1, 1)})


def test_the_identity_changes_with_any_name_and_any_image(images: Write) -> None:
    def identity() -> str:
        found = ImageFolder(root, "theirs").identity()
        assert found["kind"] == "folder"
        return found["images"]

    root = images("a.png", "b.png")
    first = identity()
    assert identity() == first
    (root / "a.png").rename(root / "c.png")
    second = identity()
    (root / "c.png").write_bytes((root / "b.png").read_bytes())
    assert len({first, second, identity()}) == 3


def test_what_cannot_be_compared_is_refused(images: Write) -> None:
    method = ImageFolder(images("a.png"), "theirs")
    with pytest.raises(InputError, match=r"a\.png is 40x36 \(width x height\), the sample is 30x20"):
        method(sample("a.png", 20, 30))
    with pytest.raises(InputError, match=r"has no image for b\.png"):
        method(sample("b.png"))
    with pytest.raises(InputError, match=r"methods\.theirs: .* does not exist"):
        ImageFolder(Path("nowhere"), "theirs")


def test_a_pattern_finds_them_and_other_files_do_not_count(images: Write) -> None:
    root = images("a_output.png", "a_mask.png", "sub/b_output.png")
    method = ImageFolder(root, "theirs", "{name}_output.png")
    assert method.missing(["a.jpg", "sub/b.png"]) == []
    assert np.array_equal(method(sample("a.jpg")), read_image(root / "a_output.png"))
    before = method.identity()
    (root / "a_mask.png").unlink()
    assert ImageFolder(root, "theirs", "{name}_output.png").identity() == before
