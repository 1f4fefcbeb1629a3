import numpy as np

from inpaint_zoo.evaluation.significance.columns import Columns, Values
from inpaint_zoo.metrics import METRICS, Record


def record(method: str, name: str, photograph: str, psnr: float | None) -> Record:
    return Record(method, name, photograph, 0.3, dict.fromkeys(METRICS) | {"psnr": psnr})


def test_images_of_a_photograph_are_neighbours_whatever_their_names_and_order():
    records = [record("b", "1", "y", 4.0), record("a", "2", "x", 1.0), record("a", "0", "y", None)]
    values = Values.of(records)
    assert list(values.methods) == ["a", "b"]
    assert values.photographs.tolist() == [0, 1, 1]
    np.testing.assert_array_equal(
        values.values[..., METRICS.index("psnr")], [[1, np.nan], [np.nan, np.nan], [np.nan, 4]]
    )
    assert values.members["20-40"] == values.members["all"] == [0, 1, 2]
    assert values.members["0-20"] == []


def test_sums_are_by_photograph_and_infinite_columns_have_none():
    values = np.array([[1, np.nan, 1], [3, np.nan, np.inf], [5, 7, 1]])[:, :, None]
    columns = Columns.of(values, np.array([0, 2]))
    np.testing.assert_array_equal(columns.sums[..., 0], [[4, 0, 0], [5, 7, 0]])
    np.testing.assert_array_equal(columns.sizes[..., 0], [[2, 0, 2], [1, 1, 1]])
    np.testing.assert_array_equal(columns.means[:, 0], [3, 7, np.inf])
    joined = Columns.joined([Columns.of(values[:, :1], np.array([0, 2])), Columns.of(values[:, 1:], np.array([0, 2]))])
    for whole, part in zip(columns, joined, strict=True):
        np.testing.assert_array_equal(part, whole)
    assert np.isnan(columns.intervals()).all()
