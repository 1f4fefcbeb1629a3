"""Files of torch and of `pickle`, read without ever running code: tensors, plain values, numbers, NumPy's arrays."""

from __future__ import annotations

import io
import pickle
import pickletools
import re
from collections.abc import Mapping
from pickle import UnpicklingError
from typing import IO, Any

import numpy as np
import torch
from torch import Tensor

MOST_ARRAYS = 10_000
"""Of a file for `load_arrays`, the mappings that hold them included."""
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
    return _without_arrays(content, {})


def load_arrays(data: bytes) -> dict[str, Tensor]:
    """The arrays of numbers in a file of Python's `pickle` that holds mappings of them, on the CPU.

    Only instructions that such a file needs are followed, and nothing in it is called or imported.

    Args:
        data: The file's bytes; protocol 2 to 4.

    Returns:
        Each array by its keys, joined with dots: `outer.inner`.

    Raises:
        UnpicklingError: It holds something else.
        Exception: It is damaged; on other bytes, unpickling may raise any error.
    """
    for number, (instruction, argument, _) in enumerate(pickletools.genops(data)):
        # a place far behind the last one used would be memory that no byte of the file stands for
        if instruction.name not in _OF_ARRAYS or (instruction.name == "LONG_BINPUT" and (argument or 0) > number):
            raise UnpicklingError(f"the instruction {instruction.name} {argument or ''}")
    found: dict[str, Tensor] = {}
    below = [("", _ArrayUnpickler(io.BytesIO(data)).load())]
    for count in range(MOST_ARRAYS):
        if not below:
            return dict(reversed(found.items()))
        name, value = below.pop()
        if isinstance(value, _Array) and isinstance(value.value, Tensor):
            found[name.removeprefix(".")] = value.value
        elif isinstance(value, dict):
            below += [(f"{name}.{key}", part) for key, part in value.items()]
        else:
            raise UnpicklingError(f"a {type(value).__name__} for an array, the {count + 1}. entry")
    raise UnpicklingError(f"more than {MOST_ARRAYS} arrays")


_OF_ARRAYS = {
    "PROTO", "FRAME", "MARK", "STOP", "EMPTY_DICT", "SETITEM", "SETITEMS", "BINPUT", "LONG_BINPUT", "MEMOIZE",
    "BINGET", "LONG_BINGET", "GLOBAL", "STACK_GLOBAL", "REDUCE", "BUILD", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2",
    "TUPLE3", "NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE",
    "SHORT_BINUNICODE", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8",
}  # fmt: skip
"""The instructions of `pickle` that make mappings with arrays."""


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """The stand-in of what makes an array; all else is refused before it is imported."""
        stand_ins: Mapping[str, Any] = {
            "numpy.dtype": _Type,
            "numpy.ndarray": _Array,
            "numpy.core.multiarray._reconstruct": _Array,
            "numpy._core.multiarray._reconstruct": _Array,
        }
        if f"{module}.{name}" not in stand_ins:
            raise UnpicklingError(f"{module}.{name}")
        return stand_ins[f"{module}.{name}"]


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


def _without_arrays(value: Any, done: dict[int, Any]) -> Any:
    """Replace the stand-ins of arrays by what they hold, each value once; a container may hold itself."""
    if isinstance(value, _Array):
        return value.value
    if id(value) in done:
        return done[id(value)]
    if type(value) is tuple:
        done[id(value)] = tuple(_without_arrays(part, done) for part in value)
        return done[id(value)]
    if isinstance(value, dict | list):
        done[id(value)] = value
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            value[key] = _without_arrays(part, done)
    return value
