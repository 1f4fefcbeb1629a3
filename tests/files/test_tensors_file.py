"""Files of tensors with NumPy's values in them; nothing in a file is ever called."""

import io
import pickle
from collections import OrderedDict
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from inpaint_zoo.files.tensors_file import load_arrays, load_tensors


def saved(content: Any, version: int = 2, archive: bool = True) -> io.BytesIO:
    """As torch writes it; with NumPy 1 its functions had another path, which is shorter."""
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=archive)
    if version == 1:
        assert not archive
        file = io.BytesIO(file.getvalue().replace(b"numpy._core.multiarray", b"numpy.core.multiarray"))
    file.seek(0)
    return file


@pytest.mark.parametrize(("version", "archive"), [(2, True), (2, False), (1, False)])
def test_numbers_and_arrays_of_numpy_become_pythons_and_torchs(version: int, archive: bool) -> None:
    content = {
        "psnr": np.float64(30.25),
        "step": np.int32(-7),
        "done": np.bool_(True),
        "name": np.str_("Ünï"),
        "names": np.array(["a", "bc"]),
        "nested": [(np.arange(6, dtype=np.float32).reshape(2, 3).T, 1.5)],
        "big": np.array([1.0, -2.0], dtype=">f8"),
        "none": np.zeros((0, 3), np.uint8),
        "state": OrderedDict(a=torch.ones(2)),
    }
    got = load_tensors(saved(content, version, archive))
    plain = ("psnr", "step", "done", "name", "names")
    assert [got[key] for key in plain] == [30.25, -7, True, "Ünï", ["a", "bc"]]
    assert [type(got[key]) for key in plain] == [float, int, bool, str, list]
    assert torch.equal(got["nested"][0][0], torch.arange(6.0).view(2, 3).T)
    assert torch.equal(got["big"], torch.tensor([1.0, -2.0], dtype=torch.float64))
    assert got["none"].shape == (0, 3)
    assert torch.equal(got["state"]["a"], torch.ones(2))


def test_a_container_may_hold_itself() -> None:
    content: dict[str, Any] = {"a": np.zeros(2)}
    content["self"] = [content]
    got = load_tensors(saved(content))
    assert got["self"][0] is got
    assert torch.equal(got["a"], torch.zeros(2, dtype=torch.float64))


def test_a_tuple_in_many_places_is_read_once() -> None:
    content: Any = (np.float64(1.5),)
    for _ in range(60):  # 2 to the power of 60 numbers for who reads each place
        content = (content, content)
    got = load_tensors(saved(content))
    for _ in range(60):
        assert got[0] is got[1]
        got = got[0]
    assert got == (1.5,)


class Crafted:
    """Makes a pickle that calls a function of NumPy with other arguments."""

    def __init__(self, *parts: Any) -> None:
        self.parts = parts

    def __reduce__(self) -> Any:
        return self.parts


SCALAR = np.float64(0).__reduce__()[0]
RECONSTRUCT = np.zeros(1).__reduce__()[0]


@pytest.mark.parametrize(
    "value",
    [
        np.array([{"an": "object"}], dtype=object),
        np.zeros(2, dtype=[("a", "f4")]),
        np.datetime64("2020-01-01"),
        np.longdouble(1),
        Crafted(np.dtype, ("O8", False, True)),
        Crafted(np.dtype, ("V8", False, True), (3, "|", None, ("a",), {"a": (np.dtype("O"), 0)}, 8, 1, 0)),
        Crafted(np.dtype, ("f8", False, True), (3, "<", None, ("a",), {"a": 1}, 8, 1, 0)),
        Crafted(SCALAR, (int, b"12345678")),
        Crafted(SCALAR, (np.dtype("f8"), b"123")),
        Crafted(SCALAR, (np.dtype("f8"), [1])),
        Crafted(RECONSTRUCT, (np.ndarray, (0,), b"b"), (1, (10**9,), np.dtype("f8"), False, b"12345678")),
        Crafted(np.load, ("x.npy",)),
        Fraction(1, 2),
    ],
    ids=lambda value: getattr(value, "parts", (type(value),))[0].__name__,
)
def test_all_else_is_refused(value: Any) -> None:
    with pytest.raises((pickle.UnpicklingError, ValueError)):
        load_tensors(saved({"a": value}))


@pytest.mark.parametrize("protocol", [3, 4])
def test_arrays_of_a_pickle_come_back_by_their_keys(protocol: int) -> None:
    shared = np.arange(3, dtype=">i4")
    content = {
        "a": {"kernel": np.arange(6, dtype=np.float32).reshape(2, 3).T, "bias": shared},
        "b": {7: shared},
        "none": np.zeros((0, 3), np.uint8),
        "empty": {},
    }
    got = load_arrays(pickle.dumps(content, protocol))
    assert list(got) == ["a.kernel", "a.bias", "b.7", "none"]
    assert torch.equal(got["a.kernel"], torch.arange(6.0).view(2, 3).T)
    assert got["a.bias"].tolist() == got["b.7"].tolist() == [0, 1, 2]
    assert got["none"].shape == (0, 3)


class Stated:
    """Makes a pickle that gives a state to what a function returned."""

    def __init__(self, function: Any, state: Any) -> None:
        self.parts = (function, (np.ndarray, (0,), b"b"), state)

    def __reduce__(self) -> Any:
        return self.parts


@pytest.mark.parametrize(
    "value",
    [
        "text",
        1.5,
        [np.zeros(2)],
        {1, 2},
        np.float64(1),
        torch.ones(2),
        np.array(["text"]),
        np.array([{"an": "object"}], dtype=object),
        np.zeros(2, dtype=[("a", "f4")]),
        np.ndarray,
        np.dtype("f4"),
        OrderedDict(a=np.zeros(1)),
        Crafted(np.load, ("x.npy",)),
        Crafted(print, ("called",)),
        Crafted(RECONSTRUCT, (np.ndarray, (0,), b"b"), (1, (10**9,), np.dtype("f8"), False, b"12345678")),
        Stated(RECONSTRUCT, {"value": np.zeros(1)}),
        Stated(RECONSTRUCT, (None, {"__class__": 1})),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_of_all_else_is_refused(value: Any, protocol: int, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises((pickle.UnpicklingError, ValueError, TypeError)):
        load_arrays(pickle.dumps({"a": value}, protocol))
    assert capsys.readouterr() == ("", "")


def test_mappings_in_mappings_cannot_take_for_ever() -> None:
    content: dict[str, Any] = {}
    for _ in range(60):
        content = {"a": content, "b": content}
    with pytest.raises(pickle.UnpicklingError, match="more than 10000 arrays"):
        load_arrays(pickle.dumps(content, 3))
    content["a"] = content
    with pytest.raises(pickle.UnpicklingError, match="more than 10000 arrays"):
        load_arrays(pickle.dumps(content, 3))
