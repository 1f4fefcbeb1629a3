from __future__ import annotations

from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.jobs.search.study import JOURNAL, open_study, seed_of, store_settings


@pytest.mark.parametrize(("mode", "direction"), [("max", "MAXIMIZE"), ("min", "MINIMIZE")])
def test_the_direction_is_that_of_the_first_start(mode: str, direction: str, tmp_path: Path) -> None:
    assert open_study(tmp_path, mode=mode).direction.name == direction
    for later in ("max", "min"):
        assert open_study(tmp_path, mode=later).direction.name == direction


def test_an_incomplete_last_line_is_dropped(tmp_path: Path) -> None:
    study = open_study(tmp_path)
    study.tell(study.ask(), 0.5)
    journal = tmp_path / JOURNAL
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole.splitlines()[-1][:9])
    (trial,) = open_study(tmp_path).trials
    assert trial.value == 0.5
    assert journal.read_bytes().startswith(whole)
    assert all(line.endswith(b"}") for line in journal.read_bytes().splitlines())


def test_a_damaged_journal_is_named(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).write_text("{}\n")
    with pytest.raises(InputError, match=r"study\.journal is damaged \(\w+\): give another run_dir"):
        open_study(tmp_path)


def test_settings_must_stay_the_same(tmp_path: Path) -> None:
    store_settings(open_study(tmp_path), {"seed": 0, "search.lr": "a,b"}, tmp_path)
    store_settings(open_study(tmp_path), {"seed": 0, "search.lr": "a,b"}, tmp_path)
    with pytest.raises(
        InputError, match=r"another search \(search\.lr is a,b there and a,c here\): give another run_dir"
    ):
        store_settings(open_study(tmp_path), {"seed": 0, "search.lr": "a,c"}, tmp_path)
    assert open_study(tmp_path).user_attrs["search.lr"] == "a,b"


def test_long_values_are_not_printed(tmp_path: Path) -> None:
    store_settings(open_study(tmp_path), {"training": "a" * 64}, tmp_path)
    with pytest.raises(InputError, match=r"another search \(training differs\)"):
        store_settings(open_study(tmp_path), {"training": "b" * 64}, tmp_path)


def test_seeds_differ() -> None:
    assert len({seed_of(seed, number) for seed in range(10) for number in range(10)}) == 100
