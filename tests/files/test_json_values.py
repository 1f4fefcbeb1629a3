import math
from typing import Any, Literal

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.json_values import Hash, JSONObject, Name, Number, Share, Size, validated


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (
            Name,
            ["a.png", "a/b.png", "..a", "Ü (1).png", "\udce9"],
            ["", "/a", "../a", "a/../b", "a\0", "a" * 5000, 1, None],
        ),
        (Hash, ["0a" * 32], ["0a" * 31, "0A" * 32, "xy" * 32, "0a" * 32 + "\n", 5]),
        (Share, [0, 1, 0.5], [-0.1, 1.1, "0.5", True, 10**400, None]),
        (Number, [0, -1.5, None, "inf"], [10**400, math.inf, "1", "-inf", True, []]),
        (Size, [[1, 2]], [[1], [1, 2, 3], [0, 1], [1.5, 2], [True, 2], "ab", {}, 3, None]),
    ],
)
def test_entries_are_checked(kind: Any, good: list[Any], bad: list[Any]) -> None:
    class File(JSONObject):
        samples: list[dict[str, kind]]

    for value in good:
        (sample,) = validated(File, {"samples": [{"x": value}]}, "file").samples
        assert sample["x"] == {"inf": math.inf}.get(str(value), tuple(value) if kind is Size else value)
    for value in bad:
        with pytest.raises(InputError, match=r"^file: samples\[0\]\.x ") as caught:
            validated(File, {"samples": [{"x": value}]}, "file")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (int, 1.5, "file: x must be a whole number, not a number"),
        (int, True, "file: x must be a whole number, not true or false"),
        (float, True, "file: x must be a number, not true or false"),
        (str, 1, "file: x must be a string, not a whole number"),
        (bool, 1, "file: x must be true or false, not a whole number"),
        (dict[str, Any], [], "file: x must be an object, not a list"),
        (list[Any], None, "file: x must be a list, not null"),
        (Literal["masks"], "other", "file: x is 'other': it must be 'masks'"),
    ],
)
def test_types_are_those_of_json(kind: Any, value: Any, message: str) -> None:
    class File(JSONObject):
        x: kind

    with pytest.raises(InputError) as caught:
        validated(File, {"x": value}, "file")
    assert str(caught.value) == message
    with pytest.raises(InputError, match=r"^file has no x$"):
        validated(File, {"y": value}, "file")
    with pytest.raises(InputError, match=r"^file must be an object, not a list$"):
        validated(File, [], "file")
