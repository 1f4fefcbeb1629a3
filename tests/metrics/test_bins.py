import pytest
from hypothesis import given
from hypothesis import strategies as st

from inpaint_zoo.metrics.bins import (
    ALL,
    BIN_TITLES,
    BINS,
    EVERY_BIN,
    FINE_BINS,
    bins_of,
    fine_bin,
    ratio_bin,
)


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
    tenths = 0 if holes == 0 else 1 + sum(10 * holes > tenth * pixels for tenth in range(1, 10))
    assert FINE_BINS.index(fine_bin(holes / pixels)) == tenths


@given(st.integers(1, 10_000).flatmap(lambda pixels: st.tuples(st.integers(0, pixels), st.just(pixels))))
def test_bins_that_hold_their_lower_limit_agree_with_whole_numbers(counts: tuple[int, int]):
    holes, pixels = counts
    tenths = 0 if holes == 0 else 1 + sum(10 * holes >= tenth * pixels for tenth in range(1, 10))
    assert FINE_BINS.index(fine_bin(holes / pixels, holds_lower=True)) == tenths
    assert bins_of(holes / pixels, holds_lower=True)[0] == ratio_bin(holes / pixels)


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (0.0, ("none", ALL)),
        (0.3, ("20-40", "20-30", ALL)),
        (0.31, ("20-40", "30-40", ALL)),
        (1.0, ("60-100", "90-100", ALL)),
    ],
)
def test_an_image_counts_in_one_bin_of_each_kind(ratio: float, expected: tuple[str, ...]):
    assert bins_of(ratio) == expected


@pytest.mark.parametrize("ratio", [-0.1, 1.1, float("nan")])
def test_impossible_ratio_is_refused(ratio: float):
    for bin_of in (ratio_bin, fine_bin, bins_of):
        with pytest.raises(ValueError, match="hole ratio"):
            bin_of(ratio)


def test_every_bin_has_a_title():
    assert set(BIN_TITLES) == {*BINS, *FINE_BINS, ALL} == set(EVERY_BIN)
    assert len(set(EVERY_BIN)) == len(EVERY_BIN)
