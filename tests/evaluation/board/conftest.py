from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inpaint_zoo.cli.main import main
from inpaint_zoo.images.reading import write_png

NUM_IMAGES = 6


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `images`, `masks`, and two comparisons on them, `A` and `B`, which share a method."""
    root = tmp_path_factory.mktemp("board")
    rng = np.random.default_rng(0)
    for number in range(NUM_IMAGES):
        write_png(root / "images" / f"{number}.png", rng.integers(0, 256, (24, 24, 3), np.uint8))
        mask = np.zeros((24, 24), np.uint8)
        mask[4:14, 5 : 10 + number] = 255
        write_png(root / "masks" / f"{number}.png", mask)
    for output, methods in {"A": ("mean", "opencv_telea"), "B": ("opencv_telea", "nearest")}.items():
        code = main(
            ["compare", f"data.root={root / 'images'}", "mask=paired", f"mask.root={root / 'masks'}", "size=24",
             *(f"methods.{name}={name}" for name in methods), "data.num_workers=0", "lpips=false", "costs=false",
             f"output={root / output}"],
        )  # fmt: skip
        assert code == 0
    return root


@pytest.fixture
def copied(compared: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Copy what a board reads of a comparison into a folder that a test may change."""

    def copy(name: str) -> Path:
        for file in ("results.json", "records.csv", "images/*/*.png"):
            for path in (compared / name).glob(file):
                target = tmp_path / name / path.relative_to(compared / name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
        return tmp_path / name

    return copy
