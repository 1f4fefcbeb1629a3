"""Masks of an evaluation get their images' size as the protocol says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.evaluation.evaluation_set import EvaluationSet, evaluation_set
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.images.reading import read_mask
from inpaint_zoo.images.resizing import resize_mask
from inpaint_zoo.masks.files.resizing import any_hole

Write = Callable[..., Path]


def evaluated(protocol: str, *overrides: str) -> EvaluationSet:
    settings = [f"protocol={protocol}", "size=32", "data.num_workers=0", "output=unused"]
    return evaluation_set(Settings.from_config(compose_config("compare", [*settings, *overrides]), {}))


@pytest.mark.parametrize("source", ["files", "paired", "list"])
@pytest.mark.parametrize(
    ("protocol", "resizing"), [("misf", any_hole), ("madf", resize_mask), ("standard", resize_mask)]
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
