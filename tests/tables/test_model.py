import math

from hypothesis import given
from hypothesis import strategies as st

from inpaint_zoo.tables import Column, Table


def test_without_drops_columns_by_their_keys(grouped: Table) -> None:
    table = grouped.without("metric", "20")
    assert table.headings == ("Name",)
    assert table.rows == [[""], ["a"], ["b"], ["a"]]


def test_best_and_second_are_those_that_are_shown() -> None:
    column = Column("psnr", "PSNR", 1, True)
    assert column.best({"a": 20.01, "b": 20.04, "c": 9.0, "d": None}) == {"a", "b"}
    assert column.second({"a": 20.01, "b": 20.04, "c": 9.0}) == set()
    assert column.second({"a": 30.0, "b": 20.04, "c": 20.01}) == {"b", "c"}
    assert column.best({"a": 20.0, "d": None}) == set()


@given(st.floats(-1e6, 1e6), st.integers(0, 4), st.sampled_from([1.0, 100.0, 1e-6]))
def test_a_value_is_shown_scaled_and_rounded(value: float, digits: int, scale: float) -> None:
    column = Column("x", "X", digits, scale=scale)
    tolerance = 0.5 * 10.0**-digits + 1e-6
    assert abs(float(column.show(value)) - value * scale) <= tolerance
    assert abs(float(column.show_signed(value).replace("−", "-")) - value * scale) <= tolerance
    assert column.show_signed(value)[0] in "+−"


def test_what_is_no_number_is_shown_as_such() -> None:
    column = Column("x", "X")
    assert [column.show(None), column.show(math.inf)] == ["–", "∞"]
    assert [column.show_signed(value) for value in (None, math.inf, math.nan)] == ["–", "–", "–"]
