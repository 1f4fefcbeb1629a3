"""Files that torch has saved, read without ever running code: tensors, plain values, numbers and arrays of NumPy."""

from __future__ import annotations

import re
from pickle import UnpicklingError
from typing import IO, Any

import numpy as np
import torch

_CODE = re.compile(r"b1|[iu][1248]|f[248]|c(8|16)|[SU]\d{1,6}")
"""Types of numbers and text; objects, records and all other types are refused."""


def load_tensors(file: IO[bytes]) -> Any:
    """The content of a file, on the CPU; arrays of numbers become tensors, NumPy's numbers become Python's.

    NumPy's own functions are not called: on crafted bytes they can be made to read memory that is not theirs.

    Raises:
        UnpicklingError: It holds something else.
        Exception: It is damaged; on other bytes, unpickling may raise any error.
    """
    stand_ins: list[Any] = [(_Type, "numpy.dtype"), (_Array, "numpy.ndarray")]
    stand_ins += [(_no_bytes, f"{module}.bytes") for module in ("builtins", "__builtin__")]
    for module in ("numpy.core.multiarray", "numpy._core.multiarray"):  # up to version 1, and from 2
        stand_ins += [(_Array, f"{module}._reconstruct"), (_number, f"{module}.scalar")]
    with torch.serialization.safe_globals(stand_ins):
        content = torch.load(file, map_location="cpu", weights_only=True)
    return _without_arrays(content, set())


class _Type:
    """Stands for `numpy.dtype`."""

    def __init__(self, code: object, *_: object) -> None:
        if not (isinstance(code, str) and _CODE.fullmatch(code)):
            raise UnpicklingError(f"values of NumPy's type {code!r}")
        self.numpy = np.dtype(code)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, order, *parts = state[:5]
        if order not in ("<", ">", "=", "|") or any(part is not None for part in parts):
            raise UnpicklingError("records of NumPy")
        self.numpy = self.numpy.newbyteorder(order)


class _Array:
    """Stands for an array."""

    value: Any = None

    def __init__(self, *_: object) -> None:
        """NumPy's arguments say only that the array is empty at first."""

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, dtype, is_fortran, raw = state
        flat = np.frombuffer(_raw(raw), _checked(dtype))
        native = flat.astype(flat.dtype.newbyteorder("="))
        array = native.reshape(shape, order="F" if is_fortran else "C")
        self.value = array.tolist() if array.dtype.kind in "SU" else torch.from_numpy(np.ascontiguousarray(array))


def _number(dtype: object, raw: object) -> Any:
    """Stands for the function that makes a single number or text."""
    return np.frombuffer(_raw(raw), _checked(dtype), count=1)[0].item()


def _no_bytes() -> bytes:
    """Stands for `bytes`, which is called for the bytes of an empty array."""
    return b""


def _checked(dtype: object) -> np.dtype[Any]:
    if not isinstance(dtype, _Type):
        raise UnpicklingError(f"a {type(dtype).__name__} for a type of NumPy")
    return dtype.numpy


def _raw(raw: object) -> bytes:
    if not isinstance(raw, bytes | str):
        raise UnpicklingError(f"a {type(raw).__name__} for bytes")
    return raw if isinstance(raw, bytes) else raw.encode("latin1")  # Python 2 wrote text


def _without_arrays(value: Any, seen: set[int]) -> Any:
    """Replace the stand-ins of arrays by what they hold, in place; a container may hold itself."""
    if isinstance(value, _Array):
        return value.value
    if type(value) is tuple:
        return tuple(_without_arrays(part, seen) for part in value)
    if isinstance(value, dict | list) and id(value) not in seen:
        seen.add(id(value))
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            value[key] = _without_arrays(part, seen)
    return value
