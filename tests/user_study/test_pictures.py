import numpy as np
from PIL import Image

from inpaint_zoo.images.reading import read_image, read_mask
from inpaint_zoo.user_study.key import ORIGINAL
from inpaint_zoo.user_study.pictures import badly_damaged, write_pictures


def test_every_picture_is_that_of_its_method(key, comparison, tmp_path):
    shown = write_pictures(key, comparison.kept, "input", tmp_path)
    written = {path.name for path in tmp_path.iterdir()}
    tokens = {token for question in (*key.questions, *key.checks) for token in question.pictures}
    assert written == {f"{token}.png" for token in tokens | {own.reference for own in shown}}
    for question in key.questions:
        for token, title in question.pictures.items():
            expected = read_image(comparison.kept.composite(title, key.images[question.image].name))
            assert np.array_equal(read_image(tmp_path / f"{token}.png"), expected)
    assert {own.size for own in shown} == {(24, 24)}


def test_checks_show_the_original_among_damaged_pictures(key, comparison, tmp_path):
    write_pictures(key, comparison.kept, "nothing", tmp_path)
    for check in key.checks:
        name = key.images[check.image].name
        original, hole = read_image(comparison.kept.original(name)), read_mask(comparison.kept.mask(name)) == 255
        made = {token: read_image(tmp_path / f"{token}.png") for token in check.pictures}
        assert len({picture.tobytes() for picture in made.values()}) == len(made)
        for token, picture in made.items():
            assert np.array_equal(picture, original) == (check.pictures[token] == ORIGINAL)
            assert np.array_equal(picture[~hole], original[~hole])


def test_what_stands_above(key, comparison, tmp_path):
    for reference in ("input", "original"):
        shown = write_pictures(key, comparison.kept, reference, tmp_path / reference)
        for image, own in zip(key.images, shown, strict=True):
            original = read_image(comparison.kept.original(image.name))
            above = read_image(tmp_path / reference / f"{own.reference}.png")
            assert np.array_equal(above, original) == (reference == "original")
    assert all(own.reference is None for own in write_pictures(key, comparison.kept, "nothing", tmp_path / "nothing"))


def test_files_hold_pixels_only(key, comparison, tmp_path):
    write_pictures(key, comparison.kept, "input", tmp_path)
    paths = sorted(tmp_path.iterdir())
    for path in paths:
        with Image.open(path) as image:
            assert (image.format, image.info) == ("PNG", {})
    times = [path.stat().st_mtime_ns for path in paths]
    assert times == sorted(times)


def test_a_bad_fill_has_nothing_of_the_image():
    image, hole = np.full((48, 72, 3), 7, np.uint8), np.zeros((48, 72), bool)
    hole[10:40, 5:70] = True
    made = badly_damaged(image, hole, (1, 2))
    assert (made[~hole] == 7).all()
    assert made[hole].std() > 60
    assert np.array_equal(made, badly_damaged(image, hole, (1, 2)))
    assert not np.array_equal(made, badly_damaged(image, hole, (1, 3)))
    assert np.array_equal(made[12:14, 8:10], made[12:13, 8:9].repeat(2, 0).repeat(2, 1))  # blocks of 2 pixels
