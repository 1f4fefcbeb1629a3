from dataclasses import replace
from operator import attrgetter
from types import SimpleNamespace

import pytest

from inpaint_zoo.evaluation.report import Report
from inpaint_zoo.evaluation.report.columns import ALL_COLUMNS, L1, PSNR
from inpaint_zoo.evaluation.report.page_tables import all_tables
from inpaint_zoo.evaluation.report.tables import plain_table
from inpaint_zoo.evaluation.significance import Difference, Estimate, Interval
from inpaint_zoo.metrics import METRICS, Record, summarise
from inpaint_zoo.metrics.bins import ALL, BINS, FINE_BINS
from inpaint_zoo.tables import Cell, Table

region_of = attrgetter("kind")


def record(method: str, psnr: float | None, ratio: float = 0.25) -> Record:
    return Record(method, "a.png", "a.png", ratio, dict.fromkeys(METRICS, None) | {"psnr": psnr, "l1": 0.03})


def tables(*records: Record, **changes):
    report = replace(Report("title", list(records), []), **changes)
    made = all_tables(report, summarise(report.records))
    return {part: [table_of(table) for table in own] for part, own in made.items()}


def table_of(table: Table) -> SimpleNamespace:
    lines = [SimpleNamespace(method=head.shown, cells=[texts_of(cell) for cell in own]) for head, *own in table.cells()]
    return SimpleNamespace(title=table.title, num_images=int(table.note.split()[0]), lines=lines)


def texts_of(cell: Cell) -> SimpleNamespace:
    to_best, _, odds = cell.below.get("to-best", "").partition("\n")
    texts = {"interval": cell.below.get("interval", ""), "to_reference": cell.below.get("to-reference", "")}
    return SimpleNamespace(**vars(cell), **texts, to_best=to_best, odds=odds)


def plain_lines(*given):
    return [SimpleNamespace(cells=own) for _, *own in plain_table("", *given).cells()]


def cell(table, method: str, column=PSNR):
    (line,) = (line for line in table.lines if line.method == method)
    return line.cells[ALL_COLUMNS.index(column)]


def test_every_bin_has_a_table_and_empty_ones_have_no_lines():
    made = tables(record("a", 20.0))
    assert [len(made[part]) for part in ("everything", "wide", "fine")] == [1, len(BINS), len(FINE_BINS)]
    filled = {part: [table.title for table in own if table.num_images] for part, own in made.items()}
    assert filled == {"everything": ["All images"], "wide": ["20–40 % hole"], "fine": ["20–30 % hole"]}
    assert all(bool(table.lines) == bool(table.num_images) for own in made.values() for table in own)
    assert "No hole" in [table.title for table in made["wide"]]


def test_missing_and_infinite_values_are_shown_as_such():
    (table,) = tables(record("none", None), record("inf", float("inf")), record("a", 20.0))["everything"]
    assert (cell(table, "none").shown, cell(table, "none").value) == ("–", "")
    assert (cell(table, "inf").shown, cell(table, "inf").value, cell(table, "inf").best) == ("∞", "inf", True)


ESTIMATES = {
    (ALL, "a", "psnr"): Estimate(20.0, Interval(19.0, 21.0), None, True, "a"),
    (ALL, "b", "psnr"): Estimate(
        18.0, Interval(17.0, 19.0), Difference("a", -2.0, Interval(-3.0, 1), 0.00025, False), False, "ab"
    ),
    (ALL, "c", "psnr"): Estimate(10.0, None, Difference("a", -10.0, None, None, None), False),
    (ALL, "b", "l1"): Estimate(0.03, Interval(0.02, 0.045), None, False),
}


def test_how_sure_a_mean_is():
    records = [record("a", 20.0), record("b", 18.0), record("c", 10.0)]
    (table,) = tables(*records, estimates=ESTIMATES)["everything"]
    best, tied, worse = (cell(table, method) for method in "abc")
    assert (best.interval, best.best, best.tied, best.to_best) == ("[19.00, 21.00] a", True, False, "")
    assert (tied.tied, tied.to_best, tied.odds) == (True, "−2.00 [−3.00, +1.00]", "p < 0.001")
    assert (worse.interval, worse.tied, worse.to_best, worse.odds) == ("", False, "−10.00 too few photographs", "")
    assert cell(table, "b", L1).interval == "[2.00, 4.50]"


def test_a_bin_with_too_few_photographs_says_so():
    notes = {}
    for number in (5, 6):
        records = [replace(record("a", 20.0), name=str(n), photograph=str(n)) for n in range(number)]
        report = Report("title", records, [], estimates=ESTIMATES)
        notes[number] = all_tables(report, summarise(records))["everything"][0].note
    assert notes == {5: "5 images, too few photographs", 6: "6 images"}


def test_what_looks_like_the_best_is_not_also_marked_as_tied():
    estimates = {(ALL, "b", "psnr"): Estimate(20.0, None, Difference("a", -0.001, None, 0.9, False), False)}
    (table,) = tables(record("a", 20.001), record("b", 20.0), estimates=estimates)["everything"]
    assert (cell(table, "b").best, cell(table, "b").tied) == (True, False)


@pytest.mark.parametrize(
    ("own", "other", "shown"),
    [(18.5, 20.0, "−1.50"), (21.0, 20.0, "+1.00"), (None, 20.0, "–"), (20.0, None, "–"), (float("inf"),) * 2 + ("–",)],
)
def test_distance_to_the_reference(own, other, shown):
    (table,) = tables(record("m", own), record("r", other), reference="r")["everything"]
    assert cell(table, "m").to_reference == shown
    assert cell(table, "r").to_reference == ""


def test_without_a_reference_there_is_no_distance():
    (table,) = tables(record("m", 20.0), record("r", 21.0))["everything"]
    assert {cell.to_reference for line in table.lines for cell in line.cells} == {""}


def test_plain_lines_show_what_is_missing():
    first, second = plain_lines({"a": {"psnr": 20.0}, "b": {"l1": None}}, (PSNR, L1))
    assert [cell.shown for cell in first.cells] == ["20.00", "–"]
    assert [cell.shown for cell in second.cells] == ["–", "–"]


def test_every_column_has_a_region():
    assert {region_of(column) for column in ALL_COLUMNS} == {"hole", "image", "known"}
    assert region_of(PSNR) == "image"
