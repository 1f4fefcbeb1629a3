import csv
import io
import math
from dataclasses import replace

import pytest

from inpaint_zoo.evaluation.report import ProtocolCard, Report, csv_table
from inpaint_zoo.evaluation.significance import estimates_of
from inpaint_zoo.metrics import METRICS, Record, summarise
from inpaint_zoo.metrics.bins import EVERY_BIN


def lines_of(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_table(report), newline="")))


def number(cell: str) -> float | None:
    return float(cell) if cell else None


def test_has_the_unrounded_means_of_every_bin(report):
    rows, lines = summarise(report.records), lines_of(report)
    assert len(lines) == len(rows) == 3 * len(EVERY_BIN)
    for line, row in zip(lines, rows, strict=True):
        assert (line["method"], line["bin"], int(line["num_images"])) == (row.method, row.bin, row.num_images)
        assert {key: number(line[key]) for key in METRICS} == row.means


@pytest.mark.parametrize(
    ("name", "expected"),
    [("sure_report", {"best", "not significant", "significant", ""}), ("full_report", {"best", ""})],
)
def test_has_the_unrounded_estimates(name: str, expected: set[str], request: pytest.FixtureRequest):
    report = request.getfixturevalue(name)
    for line in lines_of(report):
        for key in METRICS:
            own = report.estimates.get((line["bin"], line["method"], key))
            cells = [number(line[f"{key}_{end}"]) for end in ("low", "high")]
            assert cells == list((own and own.interval) or (None, None))
            found = own and own.difference
            assert number(line[f"{key}_difference"]) == (found.value if found else None)
            assert number(line[f"{key}_p"]) == (found.p if found else None)
            significances = {True: "significant", False: "not significant", None: ""}
            shown = significances[found.significant] if found else "best" if own and own.is_best else ""
            assert line[f"{key}_significance"] == shown
            assert line[f"{key}_letters"] == (own.letters if own else "")
    assert {line[f"{key}_significance"] for line in lines_of(report) for key in METRICS} == expected


def test_without_estimates_the_means_stand_alone(report):
    assert {line["psnr_low"] + line["psnr_significance"] for line in lines_of(report)} == {""}


def test_metrics_of_the_set_stand_with_all_images(full_report):
    found = {(line["method"], line["bin"]): line["fid"] for line in lines_of(full_report) if line["fid"]}
    assert found == {("mean", "all"): "90.5", ("opencv_telea", "all"): "80.25"}


def test_every_line_names_the_protocol_and_its_leak(report, full_report):
    assert {line["protocol"] for line in lines_of(report)} == {""}
    assert {line["protocol"] for line in lines_of(full_report)} == {"leaky </script> (leaks ground truth)"}
    honest = replace(report, protocol=ProtocolCard("misf"))
    assert {line["protocol"] for line in lines_of(honest)} == {"misf"}


@pytest.mark.parametrize("psnr", [math.inf, None])
def test_infinite_and_missing_values_are_no_nan(psnr: float | None):
    values = dict.fromkeys(METRICS, None) | {"psnr": psnr}
    records = [Record(method, str(n), str(n), 0.3, values) for method in "ab" for n in range(3)]
    table = csv_table(Report("", records, [], estimates=estimates_of(records, num_resamples=20)))
    assert "nan" not in table
    assert (",inf," in table) == (psnr == math.inf)


def test_nothing_to_show():
    assert csv_table(Report("", [], [])).count("\n") == 1
