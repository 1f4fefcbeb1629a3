"""Evaluation sets as files: exact, the same everywhere, and harmless whatever stands in them."""

import hashlib
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from inpaint_zoo.config.compose import CONF_DIR, compose_config
from inpaint_zoo.data.dataset import EvaluationDataset
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.manifest import (
    Entry,
    Manifest,
    describe_samples,
    differences,
    read_manifest,
    trusted_node,
    write_manifest,
)
from inpaint_zoo.files.hashing import pixel_hash
from inpaint_zoo.images.finding import find_images
from inpaint_zoo.images.resizing import center_crop
from inpaint_zoo.masks import BoxMask, FileMask, MaskGenerator, PairedMask

Write = Callable[..., Path]
BOX = {"_target_": "inpaint_zoo.masks.BoxMask", "size_ratio": [0.2, 0.5], "offset_ratio": 1.0}
STANDARD = {"_target_": "inpaint_zoo.evaluation.protocols.StandardProtocol", "size": [20, 30]}
FOLDER = {"_target_": "inpaint_zoo.data.FolderDataModule", "root": "images", "eval_seed": 3}


def node(group: str, name: str, **values: Any) -> dict[str, Any]:
    loaded: Any = OmegaConf.to_container(compose_config("base", [f"+{group}={name}"])[group])
    return {**loaded, **values}


def dataset(root: Path, mask: MaskGenerator, repeats: int = 1, side: int = 20) -> EvaluationDataset:
    return EvaluationDataset(
        images=find_images(root, "data.root"),
        mask=mask,
        prepare=lambda image: center_crop(image, (side, min(side, image.shape[1]))),
        repeats=repeats,
        seed=3,
    )


def entry(name: str = "a.png", **changed: Any) -> Entry:
    source = {"seed": 3, "index": 0}
    made = {"name": name, "photograph": name, "image": "0" * 64, "mask": "1" * 64, "mask_source": source}
    return Entry(**made | {"split": "test", "ratio": 0.25, "size": (20, 20)} | changed)


@pytest.fixture
def stored(tmp_path: Path) -> Callable[..., Path]:
    """Write a manifest whose plain values were changed, and return its path."""
    path = tmp_path / "set.json"

    def write(change: Callable[[dict[str, Any]], object] = lambda values: None) -> Path:
        write_manifest(Manifest(data=FOLDER, mask=BOX, protocol=STANDARD, samples=[entry()]), path)
        values = json.loads(path.read_text())
        change(values)
        path.write_text(json.dumps(values))
        return path

    return write


def test_samples_are_described_as_they_are_evaluated(images: Write) -> None:
    data = dataset(images("a.png", "sub/b.jpg"), BoxMask(size_ratio=[0.2, 0.5], offset_ratio=1.0), repeats=2)
    entries = list(describe_samples(data))
    assert [entry.name for entry in entries] == data.names == ["a@1.png", "a@2.png", "sub/b@1.jpg", "sub/b@2.jpg"]
    for index, found in enumerate(entries):
        sample = data[index]
        mask = sample["mask"].numpy()
        assert found.photograph == data.image_file(index).name
        assert found.image == hashlib.sha256(data.image_file(index).path.read_bytes()).hexdigest()
        assert found.mask == pixel_hash(mask)
        assert found.ratio == pytest.approx(mask.mean())
        assert found.size == tuple(sample["image"].shape[1:])
        assert found.mask_source == {"seed": 3, "name": found.photograph, "repeat": index % 2}
        assert found.split == "test"


def test_sizes_are_those_after_the_preparation(images: Write) -> None:
    root = images("a.png", width=40)
    images("b.png", width=12)
    entries = list(describe_samples(dataset(root, BoxMask(size_ratio=[0.2, 0.5], offset_ratio=0.0))))
    assert [entry.size for entry in entries] == [(20, 20), (20, 12)]


@pytest.mark.parametrize("kind", [FileMask, partial(PairedMask, fitting="cover")], ids=["files", "paired"])
def test_masks_from_files_are_named(images: Write, masks: Write, kind: Callable[..., FileMask | PairedMask]) -> None:
    generator = kind(root=masks("a.png", "b.png"), threshold=128, invert=False, resizing="nearest")
    data = dataset(images("a.png", "b.png"), generator)
    for found in describe_samples(data):
        assert found.mask_source == {
            "file": generator.mask_file(data.mask_key(data.names.index(found.name)).turn, found.name).name
        }


def test_what_was_written_is_read(tmp_path: Path) -> None:
    samples = [entry(), entry("sub/b@2.png", ratio=1 / 3, size=(7, 9), mask_source={"file": "sub/m.png"})]
    made = Manifest(data=FOLDER, mask=BOX, protocol=STANDARD, samples=samples)
    write_manifest(made, tmp_path / "deep" / "set.json")
    assert read_manifest(tmp_path / "deep" / "set.json") == made
    values = json.loads((tmp_path / "deep" / "set.json").read_text())
    assert (values["kind"], values["eval_seed"]) == ("evaluation set", 3)
    assert values["samples"][1]["name"] == "sub/b@2.png"


def test_folders_can_be_moved() -> None:
    made = Manifest(data=FOLDER, mask=BOX, protocol={}, samples=[])
    assert made.with_roots(data=None, mask=None) == made
    moved = made.with_roots(data="/else", mask=None)
    assert (moved.data["root"], moved.mask) == ("/else", BOX)


def test_differences_name_samples_and_what_differs() -> None:
    expected = [entry("a"), entry("b"), entry("c"), entry("d")]
    found = [entry("a"), entry("b", image="2" * 64, mask="3" * 64), entry("c", size=(1, 1)), entry("e")]
    assert differences(expected, found) == [
        "b (image, mask)",
        "c (size)",
        "d (missing)",
        "e (not in the manifest)",
    ]
    assert differences(expected, expected) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda values: values.pop("kind"), "has no kind"),
        (
            lambda values: values.update(kind="masks"),
            "not an evaluation set: make one with `inpaint-zoo data manifest`",
        ),
        (lambda values: values.update(samples={}), "samples must be a list, not an object"),
        (lambda values: values.update(samples=[]), r"samples is \[\]: it must have at least 1 item"),
        (lambda values: values.update(samples=[3]), r"samples\[0\] must be an object, not a whole number"),
        (lambda values: values["samples"].append(values["samples"][0]), "names a sample twice"),
        (lambda values: values["samples"][0].update(name="../../etc/passwd"), r"samples\[0\]\.name is '\.\./"),
        (lambda values: values["samples"][0].update(image="abc"), r"samples\[0\]\.image must be a SHA-256"),
        (lambda values: values["samples"][0].update(size=[1]), r"samples\[0\]\.size must be \[height, width\]"),
        (lambda values: values["samples"][0].update(ratio=2), r"samples\[0\]\.ratio is 2"),
        (
            lambda values: values["samples"][0].update(mask_source={}),
            r"mask_source has no file, and not seed and index",
        ),
        (lambda values: values["samples"][0].update(mask_source={"file": "/etc/passwd"}), r"mask_source\.file is"),
        (lambda values: values.update(eval_seed=4), r"eval_seed is 4, but data\.eval_seed is 3"),
        (lambda values: values.update(data=[]), "data must be an object, not a list"),
        (lambda values: values["data"].pop("_target_"), "data has no _target_"),
        (lambda values: values["data"].update(_target_="os.system"), r"data\._target_ is 'os\.system', which no data="),
        (lambda values: values["mask"].update(_target_="subprocess.run"), r"which no mask=NAME uses"),
        (
            lambda values: values["mask"].update(_target_="inpaint_zoo.masks.BoxMsk"),
            r"did you mean 'inpaint_zoo\.masks\.BoxMask'",
        ),
    ],
)
def test_hostile_and_damaged_manifests_are_refused(
    stored: Callable[..., Path], change: Callable[[dict[str, Any]], object], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_manifest(stored(change))
    assert "\n" not in str(caught.value)


# without subnormal numbers: a test that trains in this process makes the processor round them to zero
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_subnormal=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["_target_", "file", "seed"]), inner),
    max_leaves=6,
)


@settings(deadline=None, max_examples=80)
@given(data=st.data())
def test_any_value_anywhere_is_read_or_refused(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("set") / "set.json"
    write_manifest(Manifest(data=FOLDER, mask=BOX, protocol=STANDARD, samples=[entry()]), path)
    values = json.loads(path.read_text())
    place: Any = data.draw(st.sampled_from([values, values["samples"][0], values["mask"], values["data"]]))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(JSON)
    path.write_text(json.dumps(values))
    try:
        found = read_manifest(path)
    except InputError:
        return
    assert {found.data["_target_"], found.mask["_target_"]} == {FOLDER["_target_"], BOX["_target_"]}


@pytest.mark.parametrize("group", ["data", "mask", "protocol"])
def test_everything_in_conf_is_trusted(group: str) -> None:
    files = sorted((CONF_DIR / group).glob("[!_]*.yaml"))
    assert files
    for path in files:
        given = node(group, path.stem)
        assert trusted_node(given, group) == given


def test_nothing_foreign_hides_inside_a_node() -> None:
    hidden = [{"_target_": "os.system", "command": "true"}]
    for name, value in (("root", hidden[0]), ("root", hidden), ("root", {"a": [hidden]})):
        with pytest.raises(InputError, match=r"'os\.system', which no data=NAME uses"):
            trusted_node({**FOLDER, name: value}, "data")
    with pytest.raises(InputError, match=r"data\._partial_ is not allowed"):
        trusted_node({**FOLDER, "_partial_": True}, "data")
    with pytest.raises(InputError, match="data must be an object"):
        trusted_node("os.system", "data")
    with pytest.raises(InputError, match=r"data\._target_ must be a string"):
        trusted_node({"_target_": ["os.system"]}, "data")
