"""Figures as papers print them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.report import Report
from inpaint_zoo.evaluation.report.paper_figure import Crop, Figure, check_figure, figure_of, write_figure
from inpaint_zoo.images.drawing import hatch
from inpaint_zoo.images.reading import read_image

GAP = 6
SIZES = {"a": (20, 30), "b": (40, 40)}


def drawn(report: Report, figure: Figure, folder: Path) -> np.ndarray:
    png, pdf = write_figure(figure, {case.name: case for case in report.cases}, folder)
    assert pdf.read_bytes().startswith(b"%PDF")
    return read_image(png)


def test_it_shows_input_methods_and_original_in_this_order(report: Report, tmp_path: Path) -> None:
    case = report.cases[0]
    target = np.asarray(case.target)
    side = 192  # images of 80 pixels are enlarged to the narrowest column
    picture = drawn(report, Figure(["cat.png"], ["opencv_telea", "mean"]), tmp_path)
    columns = [picture[:side, left : left + side] for left in range(0, picture.shape[1], side + GAP)]
    expected = [hatch(target, case.load_hole()), case.composites["opencv_telea"], case.composites["mean"], target]
    assert len(columns) == len(expected)
    for column, image in zip(columns, expected, strict=True):
        larger = Image.fromarray(np.asarray(image)).resize((side, side), Image.Resampling.BICUBIC)
        assert np.array_equal(column, np.asarray(larger))
    assert np.ptp(picture[side + GAP :]) > 200  # one line of titles, black on white


def test_a_crop_is_framed_and_enlarged_below(report: Report, tmp_path: Path) -> None:
    target, side = np.asarray(report.cases[0].target), 192
    picture = drawn(report, Figure(["cat.png"], ["mean"], [Crop(10, 20, 40, 40)]), tmp_path)
    original = picture[:, -side:]
    larger = Image.fromarray(target[20:60, 10:50]).resize((side, side), Image.Resampling.BICUBIC)
    assert np.array_equal(original[side + GAP : 2 * side + GAP], np.asarray(larger))
    scale = side / 80
    for row, column in ((20, 10), (20, 49), (59, 10)):
        assert original[round(row * scale), round(column * scale)].tolist() == [230, 40, 40]


def test_rows_follow_each_other_with_one_line_of_titles(report: Report, tmp_path: Path) -> None:
    names = [case.name for case in report.cases]
    heights = [round(192 * size / width) for size, width in ((80, 80), (60, 90), (80, 60))]
    picture = drawn(report, Figure(names, ["mean"], [None, Crop(0, 0, 9, 6)]), tmp_path)
    assert picture.shape[0] == sum(heights) + heights[1] + round(192 * 0.14) + 4 * GAP


def test_the_page_is_as_wide_as_the_text_of_a_paper(report: Report, tmp_path: Path) -> None:
    drawn(report, Figure(["cat.png"], ["mean"]), tmp_path)
    box = (tmp_path / "figure.pdf").read_bytes().split(b"/MediaBox [ ", 1)[1].split(b"]", 1)[0]
    assert float(box.split()[2]) == pytest.approx(6.875 * 72, abs=0.1)


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        (Figure(["A"], ["x"]), "figure.images: 'A' is none of those that are compared, did you mean 'a'?"),
        (Figure(["a"], ["y"]), "figure.methods: 'y' is none"),
        (Figure(["a"], ["x"], [Crop(0, 0, 31, 5)]), "does not lie in 30x20 pixels"),
        (Figure(["b", "a"], ["x"], [None, Crop(-1, 0, 5, 5)]), "does not lie in 30x20 pixels"),
        (Figure(["a"], ["x"], [Crop(3, 3, 0, 5)]), "does not lie"),
    ],
)
def test_what_cannot_be_drawn_is_said_before(figure: Figure, message: str) -> None:
    with pytest.raises(InputError) as raised:
        check_figure(figure, SIZES, ["x"])
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"images": "a.png"}, "figure.images=a.png must be a list"),
        ({"images": ["a"], "crops": [[1, 2, 3]]}, "figure.crops: [1,2,3] must be [left,top,width,height]"),
        ({"images": ["a"], "crops": [[1, 2, 3, 4.5]]}, "must be [left,top,width,height]"),
        ({"images": ["a"], "crops": [None, None]}, "figure.crops has 2 crops for 1 images"),
    ],
)
def test_configurations_that_cannot_be_read(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as raised:
        figure_of({"images": [], "methods": [], "crops": [], **given}, ["x"])
    assert message in str(raised.value)


def test_all_methods_are_shown_unless_some_are_named() -> None:
    node: dict[str, Any] = {"images": ["a"], "methods": [], "crops": []}
    assert figure_of(node, ["x", "y"]) == Figure(["a"], ["x", "y"], [])
    assert figure_of({**node, "methods": ["y"]}, ["x", "y"]) == Figure(["a"], ["y"], [])
    assert figure_of({**node, "images": []}, ["x"]) is None
