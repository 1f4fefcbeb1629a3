from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.report.grid import CELL_SIZE, fit, write_grid


def test_one_row_an_image_one_column_a_method(report, tmp_path: Path):
    write_grid(report.cases, report.records, tmp_path / "grid.png")
    with Image.open(tmp_path / "grid.png") as grid:
        pixels = np.asarray(grid)
    assert pixels.shape[1] // CELL_SIZE == 5
    empty = (pixels == 255).all(axis=(1, 2)).astype(int)
    assert (np.diff(empty) == 1).sum() >= 3
    original = report.cases[1].target  # the case without a hole comes first
    shown = np.asarray(fit(original, CELL_SIZE))
    left, top = pixels.shape[1] - CELL_SIZE - 10, 52
    assert np.array_equal(pixels[top : top + shown.shape[0], left : left + CELL_SIZE], shown)


def test_titles_are_drawn(report, tmp_path: Path):
    write_grid(report.cases[:1], report.records, tmp_path / "grid.png")
    with Image.open(tmp_path / "grid.png") as grid:
        band = np.asarray(grid)[26:52]
    for column in range(5):
        left = 10 + column * (CELL_SIZE + 10)
        assert (band[:, left : left + CELL_SIZE] < 100).any()


def test_number_of_rows_is_limited(report, tmp_path: Path):
    write_grid(report.cases, report.records, tmp_path / "all.png")
    write_grid(report.cases, report.records, tmp_path / "one.png", num_rows=1)
    with Image.open(tmp_path / "all.png") as everything, Image.open(tmp_path / "one.png") as one:
        assert one.width == everything.width
        assert one.height < everything.height / 2


def test_same_input_same_file(report, tmp_path: Path):
    for name in ("a.png", "b.png"):
        write_grid(report.cases, report.records, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 400), (300, 2), (512, 256)])
def test_fit_keeps_the_shape(height: int, width: int):
    fitted = fit(np.zeros((height, width, 3), np.uint8), 64)
    assert max(fitted.size) == 64
    assert fitted.width == max(1, round(64 * width / max(height, width)))


def test_folder_that_cannot_be_written_is_named(report, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        write_grid(report.cases, report.records, tmp_path / "file" / "grid.png", num_rows=1)
