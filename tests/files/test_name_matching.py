from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.name_matching import NamedFiles, few


def named(*names: str) -> NamedFiles:
    return NamedFiles([(name, Path("/x", name)) for name in names], "mask.root")


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
