from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.evaluation.significance.letters import letters


def told_apart(number: int, *pairs: tuple[int, int]) -> np.ndarray:
    made = np.zeros((number, number), bool)
    for one, other in pairs:
        made[one, other] = made[other, one] = True
    return made


def maximal_groups(told: np.ndarray) -> list[set[int]]:
    """Every set of methods of which no two are told apart, and that no larger one holds: all subsets, one by one."""
    numbers = range(len(told))
    subsets = [set(own) for size in numbers for own in combinations(numbers, size + 1)]
    alike = [own for own in subsets if not any(told[pair] for pair in combinations(sorted(own), 2))]
    return [own for own in alike if not any(own < other for other in alike)]


def test_groups_may_overlap():
    assert letters(told_apart(4)) == ["a"] * 4
    assert letters(told_apart(3, (0, 2))) == ["a", "ab", "b"]
    assert letters(told_apart(3, (0, 1), (0, 2), (1, 2))) == ["a", "b", "c"]
    assert letters(told_apart(4, (0, 2), (0, 3), (1, 3))) == ["a", "ab", "bc", "c"]
    assert letters(told_apart(0)) == []


@settings(deadline=None)
@given(st.integers(1, 7).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.booleans(), min_size=21, max_size=21))))
def test_groups_are_the_largest_without_a_pair_that_is_told_apart(drawn: tuple[int, list[bool]]):
    number, apart = drawn
    told = told_apart(number, *(pair for pair, one in zip(combinations(range(number), 2), apart, strict=False) if one))
    found = letters(told)
    groups = [{place for place, own in enumerate(found) if sign in own} for sign in sorted(set("".join(found)))]
    assert groups == sorted(maximal_groups(told), key=sorted)
    for one, other in combinations(range(number), 2):
        assert told[one, other] == (not set(found[one]) & set(found[other]))


def test_more_groups_than_letters_have_none():
    """Pairs that are told apart two by two make 2^n groups."""
    assert letters(told_apart(12, *((n, n + 1) for n in range(0, 12, 2)))) == [""] * 12
    assert len("".join(sorted(set("".join(letters(told_apart(10, *((n, n + 1) for n in range(0, 10, 2))))))))) == 32
