import pytest

from inpaint_zoo.evaluation.report.columns import HOLE_PSNR, L1, PSNR
from inpaint_zoo.evaluation.report.rows import (
    COLUMN_BINS,
    columns_with_values,
    means_of,
    methods_of,
    num_images,
    psnr_difference,
    rows_of_bin,
)
from inpaint_zoo.metrics import METRICS, Record, SummaryRow, summarise
from inpaint_zoo.metrics.bins import ALL, BINS


def record(method: str, name: str, hole_psnr: float | None, ratio: float = 0.3) -> Record:
    return Record(method, name, name, ratio, dict.fromkeys(METRICS) | {"hole_psnr": hole_psnr})


@pytest.fixture
def rows() -> list[SummaryRow]:
    records = [record("b", "x", 20.0), record("a", "x", 18.5), record("b", "y", 30.0, 0.1), record("c", "x", None)]
    return summarise(records)


def test_columns_are_the_bins_of_the_papers_with_no_hole_and_all_at_the_end() -> None:
    assert COLUMN_BINS[-2:] == ("none", ALL)
    assert sorted(COLUMN_BINS[:-1]) == sorted(BINS)


def test_methods_keep_their_order(rows: list[SummaryRow]) -> None:
    assert methods_of(rows) == ["b", "a", "c"]
    assert [row.method for row in rows_of_bin(rows, "20-40")] == ["b", "a", "c"]


def test_the_number_of_images_is_the_largest_of_all_methods(rows: list[SummaryRow]) -> None:
    assert [num_images(rows, name) for name in (ALL, "0-20", "20-40", "40-60")] == [2, 1, 1, 0]
    assert num_images([], ALL) == 0


def test_means_and_their_columns(rows: list[SummaryRow]) -> None:
    assert means_of(rows, ALL, HOLE_PSNR) == {"b": 25.0, "a": 18.5, "c": None}
    assert columns_with_values(rows, (PSNR, HOLE_PSNR, L1)) == [HOLE_PSNR]
    assert columns_with_values([], (PSNR, L1)) == [PSNR, L1]


def test_differences_have_a_sign_and_need_both_values(rows: list[SummaryRow]) -> None:
    assert psnr_difference(rows, "a", "b", "20-40") == "−1.50"
    assert psnr_difference(rows, "b", "a", ALL) == "+6.50"
    assert psnr_difference(rows, "c", "b", ALL) == psnr_difference(rows, "a", "b", "0-20") == "–"
