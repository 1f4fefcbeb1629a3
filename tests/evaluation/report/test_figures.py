import base64
import io

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.evaluation.report.error_map import error_map
from inpaint_zoo.evaluation.report.figures import data_uri, display_size, rows_of_images


def decoded(uri: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/webp;base64,")))) as image:
        return np.asarray(image.convert("RGB")).astype(int)


@pytest.fixture(scope="module")
def rows(report):
    return list(rows_of_images(report.cases, report.records, 64))


def test_a_row_holds_input_methods_and_original(rows, report):
    for row, case in zip(rows, report.cases, strict=True):
        assert [figure.title for figure in row.figures] == ["Input", *case.composites, "Original"]
        assert [bool(figure.error_uri) for figure in row.figures] == [False, True, True, True, False]
        assert {(figure.width, figure.height) for figure in row.figures} == {decoded(row.figures[0].uri).shape[1::-1]}


def test_error_maps_are_those_of_the_composites(rows, report):
    figure, case = rows[0].figures[1], report.cases[0]
    expected = error_map(case.target, case.composites["mean"], 64)
    assert decoded(figure.error_uri).shape == expected.shape
    assert abs(decoded(figure.error_uri) - expected).mean() < 12


def test_captions_are_about_the_hole_where_there_is_one(rows):
    assert rows[0].figures[1].captions[0].startswith("PSNR hole ")
    assert rows[1].figures[1].captions[0].startswith("PSNR ")
    assert "hole" not in rows[1].figures[1].captions[0]


def test_rows_know_their_bins(rows):
    assert [row.bin for row in rows] == ["0-20", "none", "40-60"]
    assert rows[2].bins == ("40-60", "40-50", "all")


def test_more_images_are_shown_smaller():
    assert [display_size(count) for count in (1, 200, 201, 400, 800)] == [512, 512, 384, 384, 256]


def test_quality_is_what_bytes_go_for():
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8))
    assert len(data_uri(noise, 30)) < len(data_uri(noise, 90))
