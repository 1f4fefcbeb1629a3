import math

import pytest

from inpaint_zoo.evaluation.report.columns import ALL_COLUMNS, L1, MAIN_COLUMNS, PSNR
from inpaint_zoo.metrics import METRICS
from inpaint_zoo.metrics.score import lower_is_better
from inpaint_zoo.tables import MISSING


def test_shows_scaled_and_rounded():
    assert PSNR.show(23.456) == "23.46"
    assert L1.show(0.03104) == "3.10"
    assert L1.show(None) == MISSING
    assert PSNR.show(math.inf) == "∞"


def test_differences_have_a_sign():
    assert PSNR.show_signed(1.234) == "+1.23"
    assert L1.show_signed(-0.0123) == "−1.23"
    assert [PSNR.show_signed(value) for value in (None, -math.inf)] == [MISSING, MISSING]


def test_best_follows_the_direction():
    assert PSNR.best({"a": 20.0, "b": 30.0, "c": None}) == {"b"}
    assert PSNR.best({"a": 20.0, "b": math.inf}) == {"b"}
    assert L1.best({"a": 0.2, "b": 0.3}) == {"a"}


def test_what_looks_equal_is_equally_good():
    assert PSNR.best({"a": 20.001, "b": 20.002, "c": 9.0}) == {"a", "b"}
    assert PSNR.best({"a": math.inf, "b": math.inf}) == {"a", "b"}


def test_nobody_is_best_alone():
    assert PSNR.best({"a": 20.0, "b": None}) == set()
    assert PSNR.best({}) == set()


def test_second_comes_after_one_best():
    assert PSNR.second({"a": 20.0, "b": 30.0, "c": 20.001}) == {"a", "c"}
    assert L1.second({"a": 0.2, "b": 0.3, "c": 0.4}) == {"b"}
    assert PSNR.second({"a": 30.0, "b": 30.0, "c": 20.0}) == set()
    assert PSNR.second({"a": 30.0, "b": None}) == set()


def test_headings_point_to_better_values():
    assert [column.heading[-1] for column in MAIN_COLUMNS] == ["↑", "↑", "↑", "↓", "↓"]
    assert set(MAIN_COLUMNS) <= set(ALL_COLUMNS)


def test_every_metric_has_a_column():
    assert tuple(column.key for column in ALL_COLUMNS) == METRICS


@pytest.mark.parametrize("column", ALL_COLUMNS, ids=lambda column: column.key)
def test_tables_and_statistics_agree_on_what_is_better(column):
    assert column.higher_is_better != lower_is_better(column.key)
