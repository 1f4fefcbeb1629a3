from pathlib import Path

import pytest

from inpaint_zoo.jobs.sweep.job import LOGS, add_seconds, read_seconds


def test_the_time_of_all_starts_counts(tmp_path: Path) -> None:
    assert read_seconds(tmp_path, 3) is None
    add_seconds(tmp_path, 3, 1.25)
    assert read_seconds(tmp_path, 3) == 1.25
    add_seconds(tmp_path, 3, 0.5)
    assert read_seconds(tmp_path, 3) == 1.75
    assert read_seconds(tmp_path, 4) is None


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"seconds": "x"}'])
def test_a_damaged_file_counts_from_zero(tmp_path: Path, text: str) -> None:
    add_seconds(tmp_path, 0, 9)
    (tmp_path / LOGS / "0.json").write_text(text)
    assert read_seconds(tmp_path, 0) is None
    add_seconds(tmp_path, 0, 2)
    assert read_seconds(tmp_path, 0) == 2
