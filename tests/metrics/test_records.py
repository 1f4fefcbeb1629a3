import csv
import json
import math
import statistics
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inpaint_zoo.errors import InputError
from inpaint_zoo.metrics import STANDARD_METRICS
from inpaint_zoo.metrics.bins import ALL, BINS, EVERY_BIN, FINE_BINS
from inpaint_zoo.metrics.records import (
    Record,
    read_records,
    summarise,
    write_records,
    write_summary,
)
from inpaint_zoo.metrics.score import METRICS, score


def make_record(method: str, name: str, ratio: float, psnr: float | None = 20.0, lpips: float | None = None) -> Record:
    metrics: dict[str, float | None] = dict.fromkeys(METRICS, 0.5)
    return Record(method, name, name, ratio, metrics | {"psnr": psnr, "lpips": lpips})


VALUES = st.none() | st.floats(allow_nan=False, min_value=-1e300) | st.just(math.inf)
RECORDS = st.builds(
    Record,
    method=st.text(min_size=1),
    name=st.text(min_size=1),
    photograph=st.text(min_size=1),
    ratio=st.floats(0, 1),
    metrics=st.fixed_dictionaries(dict.fromkeys(METRICS, VALUES)),
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(RECORDS, max_size=4))
def test_any_record_reads_back_as_it_was(tmp_path: Path, records: list[Record]):
    write_records(records, tmp_path / "records.csv")
    assert read_records(tmp_path / "records.csv") == records


@pytest.mark.parametrize(
    "name", ['a,"b".png', "two\nlines\r\n.png", "猫 Ünï.png", "caf\udce9.png", "\r", "'", " lead", "=1+1"]
)
def test_awkward_names_read_back(tmp_path: Path, name: str):
    records = [make_record("mean", name, 0.3), replace(make_record(name, "x", 0.3), photograph=name)]
    write_records(records, tmp_path / "records.csv")
    assert read_records(tmp_path / "records.csv") == records


def test_file_is_ordinary_csv(tmp_path: Path, target, composite, mask):
    record = Record.from_score("telea", "a.png", "photo", score(target, composite, mask, STANDARD_METRICS))
    write_records([record], tmp_path / "records.csv")
    with (tmp_path / "records.csv").open(newline="", encoding="utf-8") as file:
        header, line = csv.reader(file)
    assert header == ["method", "name", "photograph", "ratio", "bin", *METRICS]
    assert line[:5] == ["telea", "a.png", "photo", repr(2500 / mask.size), "20-40"]
    assert float(line[header.index("psnr")]) == record.metrics["psnr"]
    assert line[header.index("lpips")] == ""


@pytest.mark.parametrize("content", ["method,name\nmean,x\n", "method,name,ratio\n", "\x00\xff"])
def test_another_file_is_refused(tmp_path: Path, content: str):
    path = tmp_path / "other.csv"
    path.write_text(content + "a,b,c\n")
    with pytest.raises(InputError, match=r"other\.csv: not a file of records"):
        read_records(path)


def test_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="none"):
        read_records(tmp_path / "none.csv")


def test_summary_has_every_bin_of_every_method():
    records = [make_record("b", "x", 0.1), make_record("a", "x", 0.1), make_record("b", "y", 0.9)]
    rows = summarise(records)
    assert [(row.method, row.bin) for row in rows] == [(method, name) for method in "ba" for name in EVERY_BIN]
    assert {(row.method, row.bin): row.num_images for row in rows if row.num_images} == {
        ("b", "0-20"): 1,
        ("b", "60-100"): 1,
        ("b", "0-10"): 1,
        ("b", "80-90"): 1,
        ("b", ALL): 2,
        ("a", "0-20"): 1,
        ("a", "0-10"): 1,
        ("a", ALL): 1,
    }


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 100)), min_size=1, max_size=20))
def test_all_is_the_mean_over_images_not_over_bins(pairs: list[tuple[float, float]]):
    rows = summarise(make_record("m", str(index), ratio, psnr) for index, (ratio, psnr) in enumerate(pairs))
    assert rows[-1].means["psnr"] == pytest.approx(statistics.fmean(psnr for _, psnr in pairs))
    assert rows[-1].num_images == len(pairs)
    assert rows[-1].num_capped == sum(psnr == 100 for _, psnr in pairs)
    for bins in (BINS, FINE_BINS):
        own = [row for row in rows if row.bin in bins]
        assert sum(row.num_images for row in own) == rows[-1].num_images
        assert sum(row.num_capped for row in own) == rows[-1].num_capped


def test_a_missing_value_does_not_count_as_zero():
    rows = summarise([make_record("m", "x", 0.1, lpips=0.4), make_record("m", "y", 0.1, lpips=None)])
    assert rows[-1].means["lpips"] == 0.4


def test_empty_bin_has_none_and_json_has_no_nan(tmp_path: Path):
    rows = summarise([make_record("m", "x", 0.1)])
    write_summary(rows, tmp_path / "summary.json")
    summary = json.loads((tmp_path / "summary.json").read_text(), parse_constant=pytest.fail)
    empty = next(row for row in summary if row["bin"] == "40-60")
    assert empty["num_images"] == 0
    assert set(empty["means"].values()) == {None}
    assert not any(isinstance(v, float) and math.isnan(v) for row in summary for v in row["means"].values())


def test_infinite_psnr_is_kept_and_counted(tmp_path: Path):
    records = [make_record("m", "x", 0.1, psnr=math.inf), make_record("m", "y", 0.1, psnr=20)]
    write_records(records, tmp_path / "records.csv")
    assert ",inf," in (tmp_path / "records.csv").read_text()
    assert read_records(tmp_path / "records.csv") == records
    row = summarise(records)[-1]
    assert row.means["psnr"] == math.inf
    assert row.num_capped == 1
    write_summary([row], tmp_path / "summary.json")
    (summary,) = json.loads((tmp_path / "summary.json").read_text(), parse_constant=pytest.fail)
    assert summary["means"]["psnr"] == "inf"
    assert summary["means"]["l1"] == 0.5


@pytest.mark.parametrize("value", [math.nan, -math.inf])
def test_what_no_metric_returns_is_refused(tmp_path: Path, value: float):
    with pytest.raises(ValueError, match="psnr of m on x"):
        make_record("m", "x", 0.1, psnr=value)
    write_records([make_record("m", "x", 0.1, psnr=12.25)], tmp_path / "r.csv")
    (tmp_path / "r.csv").write_text((tmp_path / "r.csv").read_text().replace("12.25", str(value)))
    with pytest.raises(InputError, match=r"r\.csv: not a file of records \(psnr of m on x is -?(nan|inf)"):
        read_records(tmp_path / "r.csv")


def test_no_records_no_rows():
    assert summarise([]) == []
