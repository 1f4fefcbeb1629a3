import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from inpaint_zoo.config.allowlist import allowing, named_functions
from inpaint_zoo.config.functions import is_function
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import PythonFunction, Sample
from inpaint_zoo.images.arrays import DivergedError

MODULE = """
import numpy as np

def gray(image, mask):
    assert image.dtype == np.uint8 and mask.dtype == np.uint8 and set(np.unique(mask)) <= {0, 255}
    assert (image[mask == 255] == 0).all()
    out = image.copy()
    out[mask == 255] = 128
    return out

def floats(image, mask):
    assert image.dtype == np.float32 and mask.dtype == np.float32 and image.max() <= 1
    return np.where(mask[..., None] > 0, 0.25, image)
floats.floats = True

def batches(image, mask):
    assert image.shape[0] == mask.shape[0] == 1
    return np.where(mask[..., None] > 0, np.uint8(9), image)
batches.batches = True

class Tools:
    @staticmethod
    def lightened(image, mask):
        return np.where(mask[..., None] > 0, np.uint8(255), image + np.uint8(1))

def small(image, mask): return image[:5]
def whole_numbers(image, mask): return image.astype(int)
def nan(image, mask): return np.full(image.shape, np.nan)
def levels(image, mask): return image.astype(float)
def fails(image, mask): raise KeyError("x")
VALUE = 3
"""


@pytest.fixture(autouse=True)
def _module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "own_fills.py").write_text(MODULE)
    (tmp_path / "broken_fills.py").write_text("1 / 0")
    for name in ("own_fills", "broken_fills"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.chdir(tmp_path)
    with allowing(["own_fills", "broken_fills", "no_such_module"]):
        yield


def sample() -> Sample:
    hole = np.zeros((12, 9), bool)
    hole[3:6, 2:7] = True
    return Sample("a.png", "a", np.random.RandomState(0).randint(1, 250, (12, 9, 3), dtype=np.uint8), hole)


@pytest.mark.parametrize(("name", "value"), [("gray", 128), ("floats", 64), ("batches", 9), ("Tools.lightened", 255)])
def test_a_function_fills(name: str, value: int) -> None:
    method, given = PythonFunction(f"own_fills:{name}"), sample()
    before = given.image.copy()
    made = method(given)
    assert np.array_equal(given.image, before)
    in_levels = made if made.dtype == np.uint8 else np.rint(made * 255)
    assert (in_levels[given.hole] == value).all()
    filled = method.fill(given.image / np.float32(255), given.hole)
    assert filled.dtype == np.float32
    assert np.allclose(filled[given.hole], value / 255, atol=0.003)
    assert np.array_equal(filled[~given.hole], (given.image / np.float32(255))[~given.hole])


def test_known_pixels_that_it_changes_are_seen() -> None:
    given = sample()
    made = PythonFunction("own_fills:Tools.lightened")(given)
    assert (made[~given.hole] == given.image[~given.hole] + 1).all()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("small", r"own_fills:small returned uint8 of shape \(5, 9, 3\): return uint8, or floats .* \(12, 9, 3\)"),
        ("whole_numbers", r"own_fills:whole_numbers returned int64 of shape"),
        ("levels", r"own_fills:levels returned floats from 0 to 2\d\d: return them in \[0, 1\]"),
        ("fails", r"own_fills:fails failed on a.png \(KeyError: 'x'\); --debug shows where"),
    ],
)
def test_what_a_function_does_wrong_is_said(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        PythonFunction(f"own_fills:{name}")(sample())


def test_what_is_not_finite_has_diverged() -> None:
    with pytest.raises(DivergedError):
        PythonFunction("own_fills:nan")(sample())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("own_fills:none", "cannot be imported .AttributeError: module 'own_fills' has no attribute 'none'"),
        ("own_fills:VALUE", "own_fills:VALUE is no function, but int"),
        ("broken_fills:fill", "cannot be imported .ZeroDivisionError: division by zero"),
        ("no_such_module:fill", "cannot be imported .ModuleNotFoundError: No module named 'no_such_module'"),
        ("os:getcwd", r"os:getcwd would run code: name it on the command line, or add allow=\[os\] to it"),
    ],
)
def test_what_is_no_function_is_said(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        PythonFunction(name)


def test_its_identity_changes_with_its_file(tmp_path: Path) -> None:
    method = PythonFunction("own_fills:gray")
    before = method.identity()
    (tmp_path / "own_fills.py").write_text(MODULE + "\n# changed\n")
    after = PythonFunction("own_fills:gray").identity()
    assert before["name"] == after["name"] == "own_fills:gray"
    assert before["file"] != after["file"]


@pytest.mark.parametrize("value", ["a:b", "a.b:c.d", "_x:y1"])
def test_names_of_functions(value: str) -> None:
    assert is_function(value)


@pytest.mark.parametrize("value", ["misf", "hf://a/b", "a:", ":b", "C:/x.ckpt", "a b:c", "a:b:c", "1a:b", "a.onnx"])
def test_names_that_are_none(value: str) -> None:
    assert not is_function(value)


def test_naming_it_on_the_command_line_allows_it_and_nothing_else() -> None:
    named = named_functions(
        [
            "methods.a=own:fill",
            "+methods.b='pkg.mod:Tool.fill'",
            "ckpt=x:y",
            "data.root=no:no",
            "methods.c=opencv_telea",
        ]
    )
    assert named == ["own.fill", "pkg.mod.Tool.fill", "x.y"]
