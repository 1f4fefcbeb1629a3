import json
import math

import numpy as np
import pytest
from tests.user_study.conftest import METHODS, WORTH, ballot, luce

from inpaint_zoo.user_study.answers import Ballot, Collected
from inpaint_zoo.user_study.outcome import outcome_of
from inpaint_zoo.user_study.report import Report, write_report
from inpaint_zoo.user_study.votes import votes_of


def report(key, person, num_people=7):
    people = [ballot(key, seed, person(np.random.default_rng(seed))) for seed in range(num_people)]
    collected = Collected([Ballot.model_validate(own) for own in people], 1, 0)
    votes = votes_of(collected.ballots, key)
    return Report(key, collected, votes.crossed, outcome_of(votes, key))


def test_methods_stand_in_their_order_with_intervals_and_metrics(key):
    made = report(key, luce)
    table = made.tables[0]
    assert [column.key for column in table.columns] == [
        "method",
        "preferred",
        "score",
        "psnr",
        "ssim",
        "l1",
        "votes",
        "offered",
    ]
    rows = table.cells()
    assert [row[0].shown for row in rows] == list(METHODS)
    for row, own in zip(rows, made.outcome.methods.values(), strict=True):
        assert row[1].shown == f"{100 * own.preferred.value:.1f}"
        low, high = own.preferred.interval
        assert row[1].below["interval"] == f"[{100 * low:.1f}, {100 * high:.1f}]"
        assert "-" not in row[2].shown
        assert row[3].shown in ("30.00", "29.00", "28.00")
        assert int(row[6].shown) / int(row[7].shown) == pytest.approx(own.preferred.value)
    assert [row[3].best for row in rows] == [True, False, False]


def test_metrics_stand_with_how_often_they_agree(key):
    made = report(key, luce)
    rows = made.tables[1].cells()
    assert [row[0].shown for row in rows] == ["PSNR", "SSIM"]
    assert float(rows[0][1].shown) + float(rows[1][1].shown) == pytest.approx(100)


def test_methods_without_a_score_are_named(key):
    made = report(key, lambda rng: lambda titles: max(titles, key=WORTH.__getitem__))
    assert [row[2].shown for row in made.tables[0].cells()] == ["–"] * 3
    assert any(line.startswith(f"No finite score: {', '.join(METHODS)}") for line in made.notes)


def test_few_people_are_said(key):
    notes = report(key, luce, num_people=5).notes
    assert notes[0] == "5 people, 10 photographs, 40 votes. Left out: 1 voter who failed an attention check."
    assert "Intervals: too few people, fewer than 6." in notes


def test_one_person_agrees_with_nobody(key):
    notes = report(key, luce, num_people=1).notes
    assert notes[0].startswith("1 person, ")
    assert "Agreement: no question was answered by two people." in notes


def test_infinite_means_can_be_written(key, tmp_path):
    images = [
        image.model_copy(update={"metrics": {title: {"psnr": math.inf} for title in image.metrics}})
        for image in key.images
    ]
    made = report(key.model_copy(update={"images": images}), luce)
    assert len(made.tables) == 1  # no metric tells methods apart
    write_report(made, tmp_path)
    assert json.loads((tmp_path / "study.json").read_text())["methods"]["beta_net"]["means"]["psnr"] == "inf"
    assert "∞" in (tmp_path / "study.md").read_text(encoding="utf-8")
