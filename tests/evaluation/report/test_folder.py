import json
from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.report import write_results
from inpaint_zoo.metrics import read_records


def test_every_form_is_written(report, tmp_path: Path):
    folder = tmp_path / "a" / "results"
    paths = write_results(report, folder)
    assert sorted(paths) == sorted(folder.iterdir())
    assert [path.name for path in paths] == [
        "records.csv",
        "summary.json",
        "table.csv",
        "table.md",
        "table.tex",
        "table_column.tex",
        "grid.png",
        "report.html",
    ]
    assert read_records(folder / "records.csv") == list(report.records)
    assert len(json.loads((folder / "summary.json").read_text())) == 3 * 16
    assert (folder / "table.md").read_text(encoding="utf-8").startswith("# Fills")
    assert r"\begin{tabular}" in (folder / "table.tex").read_text(encoding="utf-8")
    assert write_results(report, folder) == paths


def test_every_form_says_that_the_protocol_leaks(full_report, tmp_path: Path):
    write_results(full_report, tmp_path)
    for name in ("table.csv", "table.md", "table.tex", "report.html"):
        assert "leaks ground truth" in (tmp_path / name).read_text(encoding="utf-8"), name


def test_folder_that_cannot_be_written_is_named(report, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        write_results(report, tmp_path / "file" / "results")
