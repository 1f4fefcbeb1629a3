"""Masks of an evaluation get their images' size as the protocol says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.evaluation.evaluation_set import EvaluationSet, evaluation_set
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.images.reading import read_mask
from inpaint_zoo.images.resizing import resize_mask
from inpaint_zoo.masks.files.resizing import any_aliased, any_hole

Write = Callable[..., Path]


def evaluated(protocol: str, *overrides: str) -> EvaluationSet:
    settings = [f"protocol={protocol}", "size=32", "data.num_workers=0", "output=unused"]
    return evaluation_set(Settings.from_config(compose_config("compare", [*settings, *overrides]), {}))


@pytest.mark.parametrize("source", ["files", "paired", "list"])
@pytest.mark.parametrize(
    ("protocol", "resizing"),
    [("misf", any_aliased), ("edgeconnect", any_hole), ("madf", resize_mask), ("standard", resize_mask)],
)
def test_masks_of_another_size_are_resized_by_the_protocol(  # noqa: PLR0917
    protocol: str, resizing: Callable[..., np.ndarray], source: str, images: Write, masks: Write, tmp_path: Path
) -> None:
    root, folder = images("a.png", width=70, height=70), masks("a.png", width=70, height=70)
    (tmp_path / "list.txt").write_text(f"{root / 'a.png'}\t{folder / 'a.png'}\n")
    data, mask = [f"data.root={root}"], [f"mask={source}", f"mask.root={folder}"]
    overrides = ["data=list", f"data.test={tmp_path / 'list.txt'}"] if source == "list" else [*data, *mask]
    (sample,) = evaluated(protocol, *overrides, "data.eval_repeats=1").load([0])
    stored = (read_mask(folder / "a.png") >= 128).astype(np.uint8)
    assert np.array_equal(sample.hole, resizing(stored, 32, 32))
    assert not np.array_equal(any_hole(stored, 32, 32), resize_mask(stored, 32, 32))


@pytest.mark.filterwarnings("ignore::inpaint_zoo.errors.InputWarning")  # soft masks look like a mistake
@pytest.mark.parametrize("source", ["paired", "list"])
@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize(("protocol", "least"), [("misf", 1), ("edgeconnect", 1), ("madf", 128), ("standard", 128)])
def test_gray_is_hole_where_the_protocol_says_so(  # noqa: PLR0917
    protocol: str, least: int, invert: bool, source: str, images: Write, tmp_path: Path
) -> None:
    root, gray = images("a.png", width=32, height=32), np.zeros((32, 32), np.uint8)
    gray.flat[:512] = np.arange(512) // 2
    (tmp_path / "masks").mkdir()
    Image.fromarray(255 - gray if invert else gray).save(tmp_path / "masks" / "a.png")
    (tmp_path / "list.txt").write_text(f"{root / 'a.png'}\t{tmp_path / 'masks' / 'a.png'}\n")
    key = {"paired": "mask.", "list": "data.mask_"}[source]
    overrides = {
        "paired": [f"data.root={root}", "mask=paired", f"mask.root={tmp_path / 'masks'}"],
        "list": ["data=list", f"data.test={tmp_path / 'list.txt'}"],
    }[source]
    (sample,) = evaluated(protocol, *overrides, f"{key}invert={str(invert).lower()}", "data.eval_repeats=1").load([0])
    # a threshold of the configuration is counted in the file's own gray values
    expected = (255 - gray < 128) if least == 128 and invert else gray >= least
    assert np.array_equal(sample.hole, expected)
