import json
from dataclasses import replace

import pytest

from inpaint_zoo.evaluation.report import Cost
from inpaint_zoo.evaluation.report.columns import ALL_COLUMNS, COST_COLUMNS, HOLE_PSNR, PSNR, SET_COLUMNS
from inpaint_zoo.evaluation.report.page_data import INFINITE, page_data
from inpaint_zoo.metrics import summarise


def data_of(report, shown=slice(None)):
    return page_data(report, report.cases[shown], summarise(report.records))


def test_numbers_are_those_of_the_records(full_report):
    data = data_of(full_report)
    methods = [method["name"] for method in data["methods"]]
    images = {image["name"]: image for image in data["images"]}
    for record in full_report.records:
        values = images[record.name]["values"]
        for column, own in zip(ALL_COLUMNS, values, strict=True):
            expected = record.metrics[column.key]
            shown = own[methods.index(record.method)]
            assert shown == (None if expected is None else pytest.approx(expected, rel=1e-5))


def test_images_know_their_place_on_the_page(report):
    places = {image["name"]: image["place"] for image in data_of(report, slice(1, 3))["images"]}
    assert places == {report.cases[0].name: None, report.cases[1].name: 1, report.cases[2].name: 2}


def test_infinity_goes_through_json(report):
    first = report.records[0]
    infinite = replace(first, metrics={**first.metrics, "psnr": float("inf")})
    data = data_of(replace(report, records=[infinite, *report.records[1:]]))
    again = json.loads(json.dumps(data, allow_nan=False))
    column = ALL_COLUMNS.index(PSNR)
    assert again["images"][0]["values"][column][0] == INFINITE
    assert again["means"][column][0] == INFINITE


def test_a_method_may_lack_images_costs_and_set_metrics(report):
    fewer = replace(
        report,
        records=report.records[:-1],
        costs={"mean": Cost(seconds=0.5)},
        set_scores={"mean": {"fid": 12.5}},
    )
    data = data_of(fewer)
    assert data["images"][-1]["values"][ALL_COLUMNS.index(HOLE_PSNR)][-1] is None
    assert data["costs"] == [[0.5 if column.key == "seconds" else None, None, None] for column in COST_COLUMNS]
    assert data["setScores"] == [[12.5 if column.key == "fid" else None, None, None] for column in SET_COLUMNS]
    assert all(interval is None for own in data["intervals"] for interval in own)


def test_without_records():
    from inpaint_zoo.evaluation.report import Report

    assert page_data(Report("empty", [], []), [], [])["images"] == []
