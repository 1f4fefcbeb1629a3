import pytest

from inpaint_zoo.evaluation.report import Report
from inpaint_zoo.evaluation.report.columns import L1, PSNR
from inpaint_zoo.evaluation.report.estimates import (
    estimate_of,
    estimate_text,
    half_width_text,
    has_too_few,
    is_tied,
    num_photographs,
    p_text,
    signed_interval_text,
    too_few_note,
)
from inpaint_zoo.evaluation.significance import Difference, Estimate, Interval
from inpaint_zoo.metrics import METRICS, Record

BEST = Estimate(20.0, None, None, True)


def other(*, significant: bool | None) -> Estimate:
    return Estimate(19.0, None, Difference("best", -1.0, None, 0.5, significant), False)


def test_only_a_method_that_is_not_the_best_can_be_tied_with_it() -> None:
    assert is_tied(other(significant=False))
    assert not any(map(is_tied, (other(significant=True), other(significant=None), BEST, None)))


def test_intervals_are_scaled_and_rounded_as_their_column() -> None:
    assert estimate_text(PSNR, Estimate(24.0, Interval(22.801, 25.299), None, True)) == "[22.80, 25.30]"
    assert estimate_text(L1, Estimate(0.03, Interval(0.02, 0.045), None, False, "bc")) == "[2.00, 4.50] bc"
    assert signed_interval_text(PSNR, Interval(-1.9, 0.3)) == "[−1.90, +0.30]"
    assert half_width_text(L1, Interval(0.02, 0.045)) == "±1.25"


def test_without_an_interval_there_is_none_and_of_a_difference_it_is_said() -> None:
    assert estimate_text(PSNR, None) == estimate_text(PSNR, BEST) == ""
    assert signed_interval_text(PSNR, None) == "too few photographs"


@pytest.mark.parametrize(
    ("p", "text"),
    [(None, "–"), (1.0, "1.000"), (0.0496, "0.050"), (0.001, "0.001"), (0.00099, "< 0.001"), (1e-4, "< 0.001")],
)
def test_p_is_never_shown_as_zero(p: float | None, text: str) -> None:
    assert p_text(p) == text


def test_an_estimate_is_found_by_bin_method_and_metric() -> None:
    report = Report("t", [], [], estimates={("all", "a", "psnr"): BEST})
    assert estimate_of(report, "all", "a", PSNR) is BEST
    assert estimate_of(report, "0-20", "a", PSNR) is estimate_of(report, "all", "a", L1) is None


def test_photographs_are_counted_once_whatever_their_masks_and_methods() -> None:
    values = dict.fromkeys(METRICS)
    records = [
        Record(method, f"{photograph}@{mask}", photograph, ratio, values)
        for method in "ab"
        for photograph, ratio in (("x", 0.1), ("y", 0.3), ("z", 0.3))
        for mask in range(2)
    ]
    report = Report("t", records, [])
    assert [num_photographs(report, name) for name in ("all", "0-20", "20-40", "20-30", "40-60")] == [3, 1, 2, 2, 0]


def test_fewer_than_six_photographs_are_too_few_where_there_are_estimates() -> None:
    records = [Record("a", str(n), str(n), 0.1 if n else 0.3, dict.fromkeys(METRICS)) for n in range(6)]
    report = Report("t", records, [], estimates={("all", "a", "psnr"): BEST})
    assert [has_too_few(report, name) for name in ("all", "0-20", "20-40", "40-60")] == [False, True, True, False]
    assert not has_too_few(Report("t", records, []), "0-20")
    assert too_few_note(["0-20", "all"]) == (
        "Too few photographs for intervals, p values and marks, fewer than 6: 0–20 %, all."
    )
