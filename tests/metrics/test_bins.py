import pytest
from hypothesis import given
from hypothesis import strategies as st

from inpaint_zoo.metrics.bins import ALL, BIN_TITLES, BINS, ratio_bin


@pytest.mark.parametrize(
    ("holes", "pixels", "expected"),
    [
        (0, 100, "none"),
        (1, 65536, "0-20"),
        (20, 100, "0-20"),
        (13, 65, "0-20"),
        (21, 100, "20-40"),
        (40, 100, "20-40"),
        (41, 100, "40-60"),
        (60, 100, "40-60"),
        (39, 65, "40-60"),
        (61, 100, "60-100"),
        (100, 100, "60-100"),
    ],
)
def test_upper_edge_belongs_to_the_bin(holes: int, pixels: int, expected: str):
    assert ratio_bin(holes / pixels) == expected


@given(st.integers(1, 10_000).flatmap(lambda pixels: st.tuples(st.integers(0, pixels), st.just(pixels))))
def test_agrees_with_whole_numbers(counts: tuple[int, int]):
    holes, pixels = counts
    expected = -1 if holes == 0 else sum(5 * holes > edge * pixels for edge in (1, 2, 3))
    assert BINS.index(ratio_bin(holes / pixels)) == expected + 1


@pytest.mark.parametrize("ratio", [-0.1, 1.1, float("nan")])
def test_impossible_ratio_is_refused(ratio: float):
    with pytest.raises(ValueError, match="hole ratio"):
        ratio_bin(ratio)


def test_every_bin_has_a_title():
    assert set(BIN_TITLES) == {*BINS, ALL}
