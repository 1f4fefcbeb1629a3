from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from inpaint_zoo.certificate.reference import read_corpus


def test_it_makes_the_images_that_come_with_the_package(script: Callable[..., Any], tmp_path: Path) -> None:
    assert script("benchmarks/certificate_corpus.py", "--folder", tmp_path).code == 0
    shipped, made = read_corpus(), read_corpus(tmp_path)
    assert shipped.keys() == made.keys()
    for name, pair in made.items():
        np.testing.assert_array_equal(pair.target, shipped[name].target)
        np.testing.assert_array_equal(pair.hole, shipped[name].hole)
        # filters of other versions of SciPy may round differently
        assert np.abs(pair.output.astype(int) - shipped[name].output).max() <= 1
    assert (tmp_path / "expected.json").is_file()
