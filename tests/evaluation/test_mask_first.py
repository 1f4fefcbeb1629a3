"""With `mask_first=true`, nothing that stands in a hole reaches what methods are shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.evaluation_set import evaluation_set
from inpaint_zoo.evaluation.evaluator import with_original
from inpaint_zoo.evaluation.methods import Sample
from inpaint_zoo.evaluation.protocols import CTSDGProtocol, StandardProtocol
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.images.reading import read_image, read_mask

Command = Callable[..., Any]
Images = Callable[..., Path]
SIZE = (24, 32)
HEIGHT, WIDTH = 70, 83


def seen(*overrides: str, mask_first: bool = True) -> Sample:
    given = [f"size={list(SIZE)}", f"mask_first={str(mask_first).lower()}", "data.num_workers=0", "output=unused"]
    config = compose_config("compare", [*given, "data.eval_repeats=1", *overrides])
    (sample,) = evaluation_set(Settings.from_config(config, {})).load([0])
    return sample


def slow_hole(hole: np.ndarray, fitting: str, center_crop: int | None) -> np.ndarray:
    """Pixels of the file whose centres lie in the prepared hole."""
    whole = np.zeros((HEIGHT, WIDTH), bool)
    cut = (HEIGHT, WIDTH) if center_crop is None else (center_crop, center_crop)
    part = (min(cut), min(cut)) if fitting == "square" else cut
    scale = [new / old for new, old in zip(SIZE, part, strict=True)]
    if fitting == "cover":
        scale = [max(scale)] * 2
    scaled = [max(new, round(side * by)) for side, by, new in zip(part, scale, SIZE, strict=True)]
    offset = [(side - new) // 2 for side, new in zip(scaled, SIZE, strict=True)]
    start = [(side - c) // 2 + (c - p) // 2 for side, c, p in zip((HEIGHT, WIDTH), cut, part, strict=True)]
    for row, column in np.ndindex(*part):
        place = [
            int((at + 0.5) * big / side) - before
            for at, big, side, before in zip((row, column), scaled, part, offset, strict=True)
        ]
        if all(0 <= at < side for at, side in zip(place, SIZE, strict=True)):
            whole[start[0] + row, start[1] + column] = hole[place[0], place[1]]
    return whole


def changed(path: Path, where: np.ndarray, seed: int) -> None:
    image = read_image(path)
    image[where] = np.random.RandomState(seed).randint(0, 256, (int(where.sum()), 3))
    Image.fromarray(image).save(path)


@pytest.mark.parametrize(
    ("protocol", "fitting", "center_crop"),
    [("standard", "cover", None), ("edgeconnect", "square", 61), ("misf", "square", None), ("madf", "stretch", 61)],
)
def test_a_drawn_hole_hides_everything(protocol: str, fitting: str, center_crop: int | None, images: Images) -> None:
    root = images("a.png", width=WIDTH, height=HEIGHT)
    crop = f"data.center_crop={'null' if center_crop is None else center_crop}"
    overrides = [f"protocol={protocol}", f"data.root={root}", "mask=free_form", crop]
    before, leaking = seen(*overrides), seen(*overrides, mask_first=False)
    assert before.hole.any()
    changed(root / "a.png", slow_hole(before.hole, fitting, center_crop), seed=1)
    after = seen(*overrides)
    assert np.array_equal(after.hole, before.hole)
    assert np.array_equal(after.image, before.image)
    now = seen(*overrides, mask_first=False).image
    # without anti-aliasing, pixels this far apart do not mix
    assert np.array_equal(now[~before.hole], leaking.image[~before.hole]) == (protocol == "misf")


@pytest.mark.parametrize(
    ("protocol", "source"), [("standard", "paired"), ("misf", "paired"), ("edgeconnect", "list"), ("madf", "list")]
)
@settings(deadline=None, max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 999))
def test_the_hole_of_a_mask_file_hides_everything(
    protocol: str, source: str, images: Images, tmp_path: Path, seed: int
) -> None:
    """Of the file as it is, thin lines included that the prepared mask may lose."""
    root, rng = images("a.png", width=WIDTH, height=HEIGHT), np.random.RandomState(seed)
    hole = np.zeros((HEIGHT, WIDTH), np.uint8)
    top, left = rng.randint(0, 30, 2)
    hole[top : top + 25, left : left + 30], hole[rng.randint(HEIGHT)] = 255, 255
    (tmp_path / "masks").mkdir(exist_ok=True)
    Image.fromarray(hole).save(tmp_path / "masks" / "a.png")
    (tmp_path / "list.txt").write_text(f"{root / 'a.png'}\t{tmp_path / 'masks' / 'a.png'}\n")
    overrides = [f"protocol={protocol}", f"data.root={root}", "mask=paired", f"mask.root={tmp_path / 'masks'}"]
    if source == "list":
        overrides = [f"protocol={protocol}", "data=list", f"data.test={tmp_path / 'list.txt'}"]
    before = seen(*overrides)
    changed(root / "a.png", read_mask(tmp_path / "masks" / "a.png") > 0, seed)
    assert np.array_equal(seen(*overrides).image, before.image)


def test_the_target_stays_the_resized_original(images: Images) -> None:
    overrides = [f"data.root={images('a.png', width=WIDTH, height=HEIGHT)}", "mask=free_form"]
    first, usual = seen(*overrides), seen(*overrides, mask_first=False)
    assert np.array_equal(first.target, usual.image)
    assert np.array_equal(usual.target, usual.image)
    assert np.array_equal(first.hole, usual.hole)
    differs = (first.image != usual.image).any(axis=2)
    assert (differs & ~first.hole).any()
    assert not differs[:, :2].all()  # far from holes nothing changes


def test_known_pixels_left_as_they_were_shown_count_as_the_originals() -> None:
    shown, original = np.full((4, 5, 3), 100, np.uint8), np.full((4, 5, 3), 110, np.uint8)
    hole = np.zeros((4, 5), bool)
    hole[:2] = True
    output = shown.copy()
    output[3, 4, 1] = 101
    corrected = with_original(Sample("a", "a", shown, hole, original), output) * 255
    assert np.allclose(corrected[:2], 100)
    assert np.allclose(corrected[2:], np.where(np.indices((2, 5)).sum(0)[..., None] == 5, [100, 101, 100], 110))


def test_results_and_manifest_say_so_and_do_not_mix(command: Command, images: Images, tmp_path: Path) -> None:
    root, manifest = images("a.png", "b.png", width=WIDTH, height=HEIGHT), tmp_path / "set.json"
    common = ["data.num_workers=0", "size=32", "mask_first=true"]
    assert command("data", "manifest", *common, f"data.root={root}", f"output={manifest}").code == 0
    compare = ["compare", f"manifest={manifest}", "methods.nearest=nearest", "lpips=false", "costs=false"]
    outcome = command(*compare, *common, f"output={tmp_path / 'out'}")
    assert (outcome.code, outcome.err) == (0, "")
    assert "holes were filled from outside before they were resized" in (tmp_path / "out" / "table.md").read_text()
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert results["settings"]["protocol"]["mask_first"] is True
    assert all(record["metrics"]["known_l1"] == 0 for record in results["records"])
    outcome = command("verify", tmp_path / "out" / "results.json")
    assert outcome.code == 0, outcome.err
    outcome = command(*compare, "data.num_workers=0", "size=32", f"output={tmp_path / 'other'}")
    assert outcome.code == 2
    assert "was made with StandardProtocol at size 32 and mask_first=true, but the protocol is" in outcome.err


def test_a_protocol_that_shows_the_hole_cannot_hide_it() -> None:
    with pytest.raises(InputError, match="mask_first=true: protocol=ctsdg shows what is in the hole"):
        CTSDGProtocol(mask_first=True)
    with pytest.raises(InputError, match="mask_first=1 must be true or false"):
        StandardProtocol(mask_first=1)
    assert StandardProtocol(mask_first=True).fingerprint() != StandardProtocol().fingerprint()


@pytest.mark.parametrize("verb", [["compare", "methods.mean=mean"], ["data", "manifest"]])
def test_a_protocol_that_does_not_take_it_is_refused(
    verb: list[str], command: Command, images: Images, tmp_path: Path
) -> None:
    outcome = command(*verb, "mask_first=true", "~protocol.mask_first", f"data.root={images('a.png')}",
                      f"output={tmp_path / 'out'}")  # fmt: skip
    assert outcome.code == 2
    assert "add the line mask_first: ${mask_first} to it" in outcome.err
    assert not (tmp_path / "out").exists()
