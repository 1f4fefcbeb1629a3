import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inpaint_zoo.config.compose import CONF_DIR
from inpaint_zoo.errors import InputError
from inpaint_zoo.files import hashing as hashes
from inpaint_zoo.files.hashing import code_hash, combined_hash, file_hash, pixel_hash

SIDES = st.integers(1, 9)
MASKS = arrays(np.uint8, st.tuples(SIDES, SIDES), elements=st.integers(0, 1))
NAMED = st.dictionaries(st.text("ab:1"), st.text("ab:1"))


def test_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc" * 100_000)
    assert file_hash(tmp_path / "a") == hashlib.sha256(b"abc" * 100_000).hexdigest()
    with pytest.raises(InputError, match=r"cannot read .*nowhere"):
        file_hash(tmp_path / "nowhere")
    with pytest.raises(InputError, match="cannot read"):
        file_hash(tmp_path)


def test_of_pixels_is_what_it_says_it_is() -> None:
    mask = np.array([[1, 0, 1, 0, 0], [0, 0, 0, 1, 1]], np.uint8)
    expected = hashlib.sha256(b"2x5\n" + bytes([0b10100000, 0b11000000])).hexdigest()
    assert pixel_hash(mask) == expected


@settings(deadline=None, max_examples=40)
@given(mask=MASKS, other=MASKS)
def test_of_pixels_depends_on_the_pixels_alone(mask: np.ndarray, other: np.ndarray) -> None:
    for same in (mask.astype(bool), mask.astype(np.float32), mask[None], np.asfortranarray(mask)):
        assert pixel_hash(same) == pixel_hash(mask)
    assert (pixel_hash(mask) == pixel_hash(other)) == np.array_equal(mask, other)


@settings(deadline=None, max_examples=60)
@given(
    first=st.dictionaries(st.text("ab:1"), st.text("ab:1")), second=st.dictionaries(st.text("ab:1"), st.text("ab:1"))
)
def test_of_several_depends_on_every_name_and_hash(first: dict[str, str], second: dict[str, str]) -> None:
    assert (combined_hash(first) == combined_hash(second)) == (first == second)
    assert combined_hash(dict(reversed(first.items()))) == combined_hash(first)


def test_of_the_code_is_the_same_in_a_wheel_and_changes_with_any_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, conf = tmp_path / "inpaint_zoo", tmp_path / "conf"
    shutil.copytree(Path(hashes.__file__).parents[1], package, ignore=shutil.ignore_patterns("__pycache__", "conf"))
    shutil.copytree(CONF_DIR, conf)
    monkeypatch.setattr(hashes, "_PACKAGE", package)
    in_a_checkout = code_hash(conf)
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "x.pyc").write_bytes(b"x")
    (conf / "local").mkdir(exist_ok=True)
    (conf / "local" / "default.yaml").write_text("trainer: {accelerator: cpu}\n")  # of a machine
    shutil.move(conf, package / "conf")
    assert code_hash(package / "conf") == in_a_checkout
    for changed in (package / "batch.py", package / "conf" / "train.yaml", next(package.rglob("*.css"))):
        before = changed.read_bytes()
        changed.write_bytes(before + b"\n")
        assert code_hash(package / "conf") != in_a_checkout
        changed.write_bytes(before)
    assert code_hash(package / "conf") == in_a_checkout
