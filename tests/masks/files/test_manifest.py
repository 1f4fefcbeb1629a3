import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.hashing import pixel_hash
from inpaint_zoo.images.reading import read_mask
from inpaint_zoo.masks import FileMask, MaskRequest, PairedMask
from inpaint_zoo.masks.files.manifest import MadeMask, listed_masks, write_mask_manifest

RNG = np.random.RandomState(0)


@pytest.fixture
def made(masks: Callable[..., Path]) -> Path:
    """Two masks with their manifest."""
    root = masks("a.png", "b.png")
    entries = []
    for name in ("a.png", "b.png"):
        mask = read_mask(root / name) // 255
        entries.append(MadeMask(name, pixel_hash(mask), float(mask.mean()), mask.shape[:2]))  # type: ignore[arg-type]
    write_mask_manifest(root, {"_target_": "inpaint_zoo.masks.BoxMask"}, 7, entries)
    return root


def files(root: Path, threshold: int = 128, invert: bool = False) -> FileMask:
    return FileMask(root=root, threshold=threshold, invert=invert, resizing="nearest")


def test_it_says_how_the_masks_were_made(made: Path) -> None:
    values = json.loads((made / "manifest.json").read_text())
    assert (values["kind"], values["seed"], values["mask"]) == ("masks", 7, {"_target_": "inpaint_zoo.masks.BoxMask"})
    assert (
        [sample["name"] for sample in values["samples"]] == listed_masks(made / "manifest.json") == ["a.png", "b.png"]
    )
    assert values["samples"][0]["size"] == [36, 40]


@pytest.mark.filterwarnings("ignore:.*look inverted")
def test_masks_as_they_were_made_are_used_whatever_is_read_in_them(made: Path) -> None:
    for generator in (files(made), files(made, threshold=3), files(made, invert=True)):
        for index in (0, 1, 0):
            assert generator(MaskRequest(18, 20, RNG, index=index)).shape == (1, 18, 20)


def change(path: Path, value: int) -> None:
    pixels = read_mask(path)
    pixels[0, 0] = value
    Image.fromarray(pixels).save(path)


@pytest.mark.parametrize("value", [255, 1])
def test_a_changed_mask_is_named_when_it_is_used(made: Path, value: int) -> None:
    change(made / "b.png", value)
    generator = files(made)
    generator(MaskRequest(36, 40, RNG, index=0))
    for _ in range(2):
        with pytest.raises(InputError, match=r"mask\.root: b\.png is not the mask that .*manifest\.json lists"):
            generator(MaskRequest(36, 40, RNG, index=1))
    paired = PairedMask(root=made, threshold=128, invert=False, resizing="nearest", fitting="cover")
    with pytest.raises(InputError, match=r"b\.png is not the mask"):
        paired(MaskRequest(36, 40, RNG, index=0, name="b.jpg"))


def test_another_encoder_changes_nothing(made: Path) -> None:
    pixels, before = read_mask(made / "a.png"), (made / "a.png").read_bytes()
    Image.fromarray(pixels).convert("1").save(made / "a.png", compress_level=1)
    assert (made / "a.png").read_bytes() != before
    assert np.array_equal(files(made)(MaskRequest(36, 40, RNG, index=0))[0], pixels == 255)


def test_other_files_than_listed_are_named(made: Path) -> None:
    (made / "a.png").rename(made / "c.png")
    with pytest.raises(InputError, match=r"manifest\.json lists a\.png, which is not there"):
        files(made)
    (made / "a.png").write_bytes((made / "c.png").read_bytes())
    with pytest.raises(InputError, match=r"manifest\.json does not list c\.png"):
        files(made)


@pytest.mark.parametrize("text", ['{"kind": "evaluation set"}', '{"name": "a web app"}', "[]"])
def test_manifests_of_other_things_are_passed_over(masks: Callable[..., Path], text: str) -> None:
    root = masks("a.png")
    (root / "manifest.json").write_text(text)
    files(root)(MaskRequest(36, 40, RNG, index=0))
    assert listed_masks(root / "manifest.json") == listed_masks(root / "none.json") == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda values: values.update(samples=3), "samples must be a list"),
        (lambda values: values["samples"].append([]), r"samples\[2\] must be an object"),
        (lambda values: values["samples"][0].update(name="../a.png"), r"samples\[0\]\.name is '\.\./a\.png'"),
        (lambda values: values["samples"][0].update(mask=""), r"samples\[0\]\.mask must be a SHA-256"),
    ],
)
def test_a_damaged_manifest_is_named(made: Path, change: Callable[[Any], object], message: str) -> None:
    path = made / "manifest.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))
    with pytest.raises(InputError, match=message):
        files(made)
    path.write_text("{")
    with pytest.raises(InputError, match="is damaged"):
        files(made)
