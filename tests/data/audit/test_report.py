"""The report of an audit: for people, for programs, for `data.exclude=`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inpaint_zoo.data.audit.diagnosis import Diagnosis, MaskSummary
from inpaint_zoo.data.audit.finding import Finding, Item
from inpaint_zoo.data.audit.report import summary, write_report
from inpaint_zoo.data.exclusion import Exclusion

ODD = ["train/a.png", "train/#b.png", 'train/"c".png', "train/d\ne.png", "val/f`g`.png", "train/ two  spaces "]


def diagnosis(**changes: Any) -> Diagnosis:
    items = [Item(name, "why\nit is", excluded=True) for name in ODD]
    arguments: dict[str, Any] = {
        "counts": {"train": 5, "val": 1},
        "num_files": 6,
        "findings": [Finding("Duplicates", "They count twice.", items)],
        "notes": ["a note " * 20],
        "masks": MaskSummary(source="files", ratios=[0.0, 0.15, 0.15, 1.0]),
    }
    return Diagnosis(**(arguments | changes))


def test_the_list_of_names_is_read_back_whatever_they_hold(tmp_path: Path) -> None:
    write_report(diagnosis(left_out=["#seen before"]), tmp_path)
    assert Exclusion(tmp_path / "exclude.txt").names == {*ODD, "#seen before"}


def test_values_are_those_of_the_audit(tmp_path: Path) -> None:
    write_report(diagnosis(), tmp_path)
    values = json.loads((tmp_path / "report.json").read_text())
    assert (values["images"], values["files"]) == ({"train": 5, "val": 1}, 6)
    assert [item["name"] for item in values["findings"][0]["items"]] == ODD
    assert values["masks"]["number"] == 4
    assert [count for count in values["masks"]["histogram"].values() if count] == [1, 2, 1]
    write_report(diagnosis(masks=None, findings=[]), tmp_path)
    assert json.loads((tmp_path / "report.json").read_text())["masks"] is None
    assert "\nNone.\n" in (tmp_path / "report.md").read_text()


def test_names_in_markdown_are_code_on_one_line(tmp_path: Path) -> None:
    write_report(diagnosis(), tmp_path)
    lines = (tmp_path / "report.md").read_text().splitlines()
    assert "- `train/a.png`: why" in lines
    assert any("`` val/f`g`.png ``" in line for line in lines)
    assert any("train/d\\ne.png" in line for line in lines)


def test_long_findings_are_cut_in_markdown_only(tmp_path: Path) -> None:
    items = [Item(f"train/{number}.png", "") for number in range(205)]
    write_report(diagnosis(findings=[Finding("Many", "Advice.", items)]), tmp_path)
    report = (tmp_path / "report.md").read_text()
    assert report.count("- `train/") == 200
    assert "- … and 5 more in report.json" in report
    assert len(json.loads((tmp_path / "report.json").read_text())["findings"][0]["items"]) == 205


def test_bars_are_as_long_as_their_counts(tmp_path: Path) -> None:
    write_report(diagnosis(), tmp_path)
    bars = [line.count("█") for line in (tmp_path / "report.md").read_text().splitlines() if " %" in line]
    assert sorted(bars)[-2:] == [20, 40]
    assert bars[1] == 40


@pytest.mark.parametrize("num", [0, 2])
def test_a_summary_is_eighty_columns_but_for_paths(num: int) -> None:
    folder = Path("/a very long path", *["folder"] * 12)
    text = summary(diagnosis(left_out=["x"] * num), folder)
    *lines, report, override = text.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert report == f"report: {folder}/report.md"
    assert override == f"leave out {6 + num} images: 'data.exclude={folder}/exclude.txt'"
    assert summary(diagnosis(findings=[]), folder).splitlines()[-2].endswith("nothing found")
