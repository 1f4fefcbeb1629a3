import threading

import pytest

from inpaint_zoo.runtime.ahead import ahead


@pytest.mark.parametrize("num", [0, 1, 2, 5])
def test_everything_comes_in_order(num: int) -> None:
    assert list(ahead(lambda item: item * item, range(num))) == [item * item for item in range(num)]


def test_the_next_item_is_computed_meanwhile() -> None:
    started = [threading.Event() for _ in range(3)]

    def function(item: int) -> int:
        started[item].set()
        return item

    for item in ahead(function, range(3)):
        assert item == 2 or started[item + 1].wait(timeout=20)


def test_only_one_item_is_waiting() -> None:
    """Whatever is made ahead needs memory."""
    taken = []

    def items() -> object:
        for item in range(9):
            taken.append(item)
            yield item

    results = ahead(lambda item: item, items())  # type: ignore[arg-type]
    assert next(results) == 0
    assert taken == [0, 1]


def test_an_error_comes_where_its_item_would() -> None:
    results = ahead(lambda item: 1 // item, [1, 0, 1])
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)
