from pathlib import Path, PurePosixPath

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.name_matching import NamedFiles, NamedMasks, few, image_of_mask, named_by, png_name


def named(*names: str) -> NamedFiles:
    return NamedFiles([(name, Path("/x", name)) for name in names], "mask.root")


def test_results_keep_the_folder_and_name_of_their_image() -> None:
    assert png_name("a b/c.d.jpeg") == PurePosixPath("a b/c.d.png")
    assert png_name("x@2.png") == PurePosixPath("x@2.png")


def test_paths_count_when_one_of_them_fits() -> None:
    files = named("a.png", "sub/b.png", "c@2.png", "v1.0.png")
    assert files.missing(["a.jpg", "b.png", "c@2.png", "c@1.png", "v1.0.jpg"]) == ["b.png", "c@1.png"]
    assert files.find("sub/b.tif") == Path("/x/sub/b.png")
    assert files.find("other/a.png") is None


def test_names_count_when_no_path_fits() -> None:
    files = named("out/a.png", "out/b.png")
    assert files.missing(["in/a.jpg", "in/c.jpg"]) == ["in/c.jpg"]
    assert files.find("in/a.jpg") == Path("/x/out/a.png")


def test_before_any_set_is_known_a_name_of_its_own_is_enough() -> None:
    assert named("out/a.png").find("a.png") == Path("/x/out/a.png")


def test_a_name_that_fits_two_files_is_refused_with_both() -> None:
    with pytest.raises(InputError, match=r"mask\.root: x/a\.png and y/a\.png both have the name of in/a\.jpg"):
        named("x/a.png", "y/a.png").missing(["in/a.jpg"])
    with pytest.raises(InputError, match=r"mask\.root: a\.jpg and a\.png have one name"):
        named("a.jpg", "a.png")


def test_a_file_that_fits_two_images_is_refused_with_both() -> None:
    with pytest.raises(InputError, match=r"out/a\.png would belong to x/a\.jpg and to y/a\.jpg"):
        named("out/a.png").missing(["x/a.jpg", "y/a.jpg"])
    assert named("a.png").missing(["a.jpg", "y/a.jpg"]) == ["y/a.jpg"]


def test_a_few_names_stand_for_many() -> None:
    assert few(["a", "b"]) == "a, b"
    assert few(list("abcdef")) == "a, b, c, d, e, …"


def test_masks_may_be_named_after_their_images() -> None:
    files = NamedMasks([(name, Path("/x", name)) for name in ("a_mask.png", "b.png", "s/c-mask001.png")], "mask.root")
    assert files.missing(["a.jpg", "b.jpg", "s/c.png", "d.jpg"]) == ["d.jpg"]
    assert files.find("a.jpg") == files.find("a_mask.jpg") == Path("/x/a_mask.png")
    assert files.find("s/c.png") == Path("/x/s/c-mask001.png")
    assert NamedMasks([("out/a_mask.png", Path("/x"))], "mask.root").missing(["in/a.jpg"]) == []


def test_of_two_masks_the_one_of_the_same_name_counts() -> None:
    names = ("a.png", "a_mask.png")
    assert NamedMasks([(name, Path("/x", name)) for name in names], "mask.root").find("a.jpg") == Path("/x/a.png")
    with pytest.raises(InputError, match=r"mask\.root: a_mask\.png and a-mask\.png have one name"):
        NamedMasks([(name, Path("/x", name)) for name in ("a_mask.png", "a-mask.png")], "mask.root")


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("a_mask.png", "a"),
        ("s/a_MASK.png", "s/a"),
        ("a-mask001.jpg", "a"),
        ("a mask.png", "a"),
        ("a.mask.png", "a"),
        ("mask.png", None),
        ("s/mask.png", None),
        ("s/_mask.png", None),
        ("masked.png", None),
        ("unmask.png", None),
        ("a_masks.png", None),
        ("s_mask/a.png", None),
    ],
)
def test_the_image_that_a_mask_is_named_after(name: str, image: str | None) -> None:
    assert image_of_mask(name) == image


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{name}_output.png", ["a.png", "sub/b.png"]),
        ("sub/{name}_output.png", ["b.png"]),
        ("out_{name}.jpg", ["c@2.png"]),
        ("{name}/result.png", ["d/e.png"]),
    ],
)
def test_a_pattern_gives_files_the_names_of_their_images(pattern: str, expected: list[str]) -> None:
    files = ["a_output.png", "a_mask.png", "sub/b_output.png", "out_c@2.jpg", "d/e/result.png", "x+output.png"]
    named = named_by(pattern, [(name, Path(name)) for name in files], "match")
    assert [name for name, _ in named] == expected


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("output.png", "must hold {name} once"),
        ("{name}_{name}.png", "must hold {name} once"),
        ("{name}_out.png", "match={name}_out.png fits none of 1 files: a_output.png"),
    ],
)
def test_patterns_that_do_not_fit_are_refused(pattern: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        named_by(pattern, [("a_output.png", Path("a_output.png"))], "match")
    assert message in str(raised.value)
