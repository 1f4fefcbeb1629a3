from dataclasses import asdict, fields

from inpaint_zoo.evaluation.report import Cost
from inpaint_zoo.evaluation.report.columns import COST_COLUMNS
from inpaint_zoo.evaluation.report.tables import plain_table
from inpaint_zoo.tables import MISSING


def test_every_cost_has_a_column_where_less_is_better() -> None:
    assert [column.key for column in COST_COLUMNS] == [field.name for field in fields(Cost)]
    assert {column.higher_is_better for column in COST_COLUMNS} == {False}


def test_nothing_and_not_measured_are_not_the_same() -> None:
    free, unknown = plain_table("", {"free": asdict(Cost(0, 0, 0, 0)), "unknown": asdict(Cost())}, COST_COLUMNS).cells()
    assert [cell.shown for cell in free[1:]] == ["0.000", "0.0", "0.0000", "0"]
    assert {cell.shown for cell in unknown[1:]} == {MISSING}
