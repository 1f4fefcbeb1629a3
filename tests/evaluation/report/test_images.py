from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.report.images import Case, choose_spread
from inpaint_zoo.metrics.bins import ratio_bin


@pytest.fixture
def image() -> np.ndarray:
    return np.random.RandomState(0).randint(0, 256, (20, 30, 3)).astype(np.uint8)


def test_files_and_arrays_are_the_same(tmp_path: Path, image: np.ndarray):
    mask = (image[..., 0] > 100).astype(np.uint8) * 255
    Image.fromarray(image).save(tmp_path / "image.png")
    Image.fromarray(mask).save(tmp_path / "mask.png")
    in_memory = Case("x", image, mask, {"m": 255 - image})
    in_files = Case("x", tmp_path / "image.png", tmp_path / "mask.png", {"m": 255 - image})
    for (title, expected), (other_title, read) in zip(in_memory.load_columns(), in_files.load_columns(), strict=True):
        assert title == other_title
        assert np.array_equal(expected, read)


def test_order_of_columns_even_for_awkward_methods(image: np.ndarray):
    case = Case("x", image, np.ones((20, 30), np.uint8), {"Original": image, "b": image, "Input": image})
    assert [title for title, _ in case.load_columns()] == ["Input", "Original", "b", "Input", "Original"]


def test_missing_and_damaged_files_are_named(tmp_path: Path, image: np.ndarray):
    (tmp_path / "text.png").write_text("no image")
    with pytest.raises(InputError, match=r"none\.png' does not exist"):
        Case("x", tmp_path / "none.png", image[..., 0], {}).load_columns()
    with pytest.raises(InputError, match=r"text\.png' cannot be read"):
        Case("x", image, tmp_path / "text.png", {}).load_columns()
    with pytest.raises(InputError, match=r"text\.png' cannot be read"):
        Case("x", image, image[..., 0], {"m": tmp_path / "text.png"}).load_columns()


def test_mask_of_another_size_is_refused(image: np.ndarray):
    with pytest.raises(InputError, match="its mask"):
        Case("x", image, np.ones((20, 29), np.uint8), {}).load_columns()


def test_choice_takes_turns_among_bins(image: np.ndarray):
    ratios = {"a": 0.1, "b": 0.11, "c": 0.12, "d": 0.5, "e": 0.51, "f": 0.9, "g": 0.0}
    cases = [Case(name, image, image[..., 0], {}) for name in ratios]
    bins = {name: ratio_bin(ratio) for name, ratio in ratios.items()}
    for count in range(len(ratios) + 2):
        chosen = [case.name for case in choose_spread(cases, ratios, count)]
        assert chosen == sorted(set(chosen), key=ratios.__getitem__)
        assert len(chosen) == min(count, len(ratios))
        assert len({bins[name] for name in chosen}) == min(count, len(set(bins.values())))


def test_choice_within_a_bin_lies_far_apart(image: np.ndarray):
    ratios = {f"{number:02}": 0.1 for number in range(30)}
    cases = [Case(name, image, image[..., 0], {}) for name in ratios]
    places = [int(case.name) for case in choose_spread(cases, ratios, 4)]
    assert min(np.diff(places)) > 3


def test_choice_goes_through_a_bin_in_wide_steps(image: np.ndarray):
    ratios = {f"{number:02}": 0.1 + number / 1000 for number in range(18)}
    cases = [Case(name, image, image[..., 0], {}) for name in ratios]
    places = [int(case.name) for case in choose_spread(cases, ratios, 3)]
    assert min(np.diff(places)) >= 3
