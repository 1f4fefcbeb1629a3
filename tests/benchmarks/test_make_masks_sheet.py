from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[2]
SCRIPT = "docs/make_masks_sheet.py"
FILES_ONLY = {"files", "files_bins", "files_rotated", "paired"}


def test_the_sheet_in_the_documentation_is_what_the_script_makes(script: Callable[..., Any], tmp_path: Path) -> None:
    assert script(SCRIPT, tmp_path / "masks.jpg") == (0, "", "")
    made, kept = (np.asarray(Image.open(folder / "masks.jpg"), np.int16) for folder in (tmp_path, ROOT / "docs"))
    assert made.shape == kept.shape
    # other versions of the font and of the JPEG library move single gray values, another mask moves many by 195
    assert np.mean(np.abs(made - kept) > 60) < 1e-3


def test_every_kind_is_shown(loaded: Callable[[str], ModuleType]) -> None:
    shown = {kind.partition(" ")[0] for kind in loaded(SCRIPT).KINDS}
    assert shown | FILES_ONLY == {path.stem for path in (ROOT / "conf" / "mask").glob("*.yaml")}
