import sys

import numpy as np
import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import ClassicalFill, Sample
from inpaint_zoo.evaluation.methods.fills import FILLS


@pytest.mark.parametrize("name", FILLS)
def test_a_classical_fill_gets_image_and_hole(name: str) -> None:
    image = np.random.RandomState(0).randint(0, 256, (8, 9, 3), dtype=np.uint8)
    hole = np.zeros((8, 9), bool)
    hole[2:4, 3:5] = True
    method = ClassicalFill(FILLS[name], name)
    filled = method(Sample("a@1.png", "a.png", image, hole))
    assert np.array_equal(filled, FILLS[name](image, hole))
    assert np.array_equal(filled[~hole], image[~hole])
    assert method.identity() == {"kind": "fill", "name": name}


def test_a_missing_library_is_said_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "patchmatch", None)
    with pytest.raises(InputError, match="needs PyPatchMatch"):
        ClassicalFill(FILLS["patchmatch"], "patchmatch")
