"""Images that a method was trained on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from inpaint_zoo.data import FolderDataModule
from inpaint_zoo.data.splits import Split
from inpaint_zoo.images.finding import find_images
from inpaint_zoo.images.record import ImageRecord
from inpaint_zoo.models.weights import TRAINED_ON_KEY, read_weights

NAMES = [f"{number}.png" for number in range(8)]


@pytest.fixture
def trained(small_checkpoint: Callable[[str], Path], tmp_path: Path) -> Callable[..., Path]:
    """A checkpoint that was trained on the images of these names in a folder."""

    def write(root: Path, *names: str, title: str = "trained.ckpt") -> Path:
        content = torch.load(small_checkpoint("misf"), weights_only=True)
        record = ImageRecord.of([image for image in find_images(root, "root") if image.name in names])
        torch.save({**content, TRAINED_ON_KEY: [record.entry()]}, tmp_path / title)
        return tmp_path / title

    return write


@pytest.fixture
def compare(command: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    settings = ["data.size=32", "data.num_workers=0", "lpips=false", "costs=false", f"output={tmp_path / 'out'}"]
    return lambda *arguments: command("compare", *settings, *arguments)


def results(tmp_path: Path) -> Any:
    return json.loads((tmp_path / "out" / "results.json").read_text())


def test_every_table_says_how_many_images_were_trained_on(
    compare: Callable[..., Any], images: Callable[..., Path], trained: Callable[..., Path], tmp_path: Path
) -> None:
    root = images(*NAMES)
    seen, unknown = trained(root, *NAMES[:3]), trained(root, title="none.ckpt")
    methods = [f"methods.a={seen}", f"methods.b={unknown}", "methods.mean=mean"]
    code, out, _ = compare(f"data.root={root}", "data.test_split=all", *methods)
    assert code == 0
    sentence = "3 of 8 images were in the training of a."
    tables = [tmp_path / "out" / name for name in ("table.md", "table.tex", "report.html")]
    assert all(sentence in text for text in (out, *(path.read_text() for path in tables)))
    assert "in the training of b" not in out
    assert results(tmp_path)["trained_on"] == {"a": 3, "b": 0}


def test_a_file_that_says_nothing_counts_as_not_known(
    compare: Callable[..., Any], images: Callable[..., Path], small_checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    compare(f"data.root={images(*NAMES[:3])}", f"methods.misf={small_checkpoint('misf')}")
    assert results(tmp_path)["trained_on"] == {"misf": None}


def test_they_can_be_left_out(
    compare: Callable[..., Any], command: Callable[..., Any], images: Callable[..., Path],
    trained: Callable[..., Path], tmp_path: Path,
) -> None:  # fmt: skip
    root = images(*NAMES)
    one, other = trained(root, *NAMES[:3]), trained(root, *NAMES[2:5], title="other.ckpt")
    methods = [f"methods.a={one}", f"methods.b={other}"]
    out = compare(f"data.root={root}", "data.test_split=all", "leave_out_trained=true", *methods).out
    assert "5 of 8 images are left out" in out
    assert {record["name"] for record in results(tmp_path)["records"]} == set(NAMES[5:])
    assert results(tmp_path)["trained_on"] == {"a": 0, "b": 0}
    code, out, _ = command("verify", f"results={tmp_path / 'out' / 'results.json'}")
    assert code == 0, out


def test_none_is_left(compare: Callable[..., Any], images: Callable[..., Path], trained: Callable[..., Path]) -> None:
    root = images(*NAMES)
    where = [f"data.root={root}", "data.test_split=all", "leave_out_trained=true"]
    code, _, err = compare(*where, f"methods.a={trained(root, *NAMES)}")
    assert code == 2
    assert "a method was trained on all 8 images" in err


def test_a_manifest_decides_itself(compare: Callable[..., Any], tmp_path: Path) -> None:
    code, _, err = compare("leave_out_trained=true", f"manifest={tmp_path / 'm.json'}", "methods.mean=mean")
    assert code == 2
    assert "a manifest says which images" in err


def test_of_a_folder_that_was_trained_on_the_part_held_out_is_evaluated(
    compare: Callable[..., Any], images: Callable[..., Path], trained: Callable[..., Path], tmp_path: Path
) -> None:
    root = images(*NAMES)
    data = FolderDataModule(root, test_split="test", size=32, batch_size=1, num_workers=0, mask=None, eval_mask=None)
    parts = {split: [image.name for image in data.images(split)] for split in Split}
    out = compare(f"data.root={root}", f"methods.a={trained(root, *parts[Split.TRAIN])}", "methods.mean=mean").out
    assert f"{len(parts[Split.TRAIN])} of 8 images of {str(root)!r} were trained on" in out
    assert {record["name"] for record in results(tmp_path)["records"]} == set(parts[Split.TEST])
    assert results(tmp_path)["settings"]["data"]["test_split"] == "test"


def test_of_another_folder_all_images_are_evaluated(
    compare: Callable[..., Any], images: Callable[..., Path], trained: Callable[..., Path], tmp_path: Path
) -> None:
    there = images(*NAMES, folder="there", width=52)
    compare(f"data.root={images(*NAMES)}", f"methods.a={trained(there, *NAMES)}")
    assert {record["name"] for record in results(tmp_path)["records"]} == set(NAMES)
    assert results(tmp_path)["settings"]["data"]["test_split"] == "all"


def test_a_training_says_what_it_was_trained_on_also_resumed_and_from_weights(
    command: Callable[..., Any], images: Callable[..., Path], tmp_path: Path
) -> None:
    root, other = images(*NAMES), images("other.png", "b.png", "c.png", folder="other")
    run = ["train", "model=misf", "experiment=tiny", "data=folder", "data.eval_repeats=1", "data.size=32"]
    first = [*run, f"data.root={root}", f"run_dir={tmp_path / 'first'}"]
    assert command(*first, "trainer.max_steps=1").code == 0
    assert command(*first, "trainer.max_steps=2", "ckpt_path=last").code == 0
    last = tmp_path / "first" / "last.ckpt"
    (record,) = read_weights(last, "misf").trained_on or ()
    data = FolderDataModule(root, size=32, batch_size=1, num_workers=0, mask=None, eval_mask=None)
    train = {image.name for image in data.images(Split.TRAIN)}
    assert {image.name for image in find_images(root, "root") if image in record} == train

    later = [*run, f"data.root={other}", f"run_dir={tmp_path / 'second'}", f"init_from={last}", "trainer.max_steps=1"]
    assert command(*later).code == 0
    records = read_weights(tmp_path / "second" / "last.ckpt", "misf").trained_on or ()
    assert [each.count for each in records] == [len(train), 1]

    for name in ("x.pt", "x.safetensors"):
        assert command("import-weights", "model=misf", f"source={last}", f"output={tmp_path / name}").code == 0
        assert [each.count for each in read_weights(tmp_path / name, "misf").trained_on or ()] == [len(train)]
