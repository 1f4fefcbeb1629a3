"""`data check` on files that are wrong on purpose: every one is found, and nothing else."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage
from PIL import Image

from inpaint_zoo.cli import data_check
from inpaint_zoo.data import FolderDataModule
from inpaint_zoo.data.splits import Split

FOLDER = Path(skimage.__file__).parent / "data"
ASTRONAUT, CHELSEA, COFFEE, ROCKET = (
    Image.open(FOLDER / name).convert("RGB").resize((96, 80))
    for name in ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")
)
Check = Callable[..., Any]


class Checked:
    """What a check left behind."""

    def __init__(self, outcome: Any, output: Path) -> None:
        self.outcome = outcome
        self.values = json.loads((output / "report.json").read_text())
        self.report = (output / "report.md").read_text()
        self.exclude = output / "exclude.txt"

    @property
    def found(self) -> dict[str, list[str]]:
        return {each["title"]: [item["name"] for item in each["items"]] for each in self.values["findings"]}

    @property
    def excluded(self) -> list[str]:
        return [line for line in self.exclude.read_text().splitlines() if not line.startswith("#")]


@pytest.fixture
def check(command: Callable[..., Any], tmp_path: Path) -> Check:
    def run(*arguments: object) -> Checked:
        fixed = ["data", "check", f"data.root={tmp_path / 'data'}", "data.size=32", "num_workers=0"]
        outcome = command(*fixed, "num_made_masks=4", f"output={tmp_path / 'out'}", *arguments)
        assert outcome.code == 0, outcome.err
        assert all(len(line) <= 80 or str(tmp_path) in line for line in outcome.out.splitlines())
        (output,) = [argument for argument in (f"output={tmp_path / 'out'}", *arguments) if "output=" in argument][-1:]
        return Checked(outcome, Path(output.partition("=")[2]))

    return run


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str, image: Image.Image, folder: str = "data", **options: Any) -> Path:
        path = tmp_path / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path, **options)
        return path

    return write


def mirrored(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


@pytest.fixture
def healthy(save: Callable[..., Path]) -> None:
    save("train/astronaut.png", ASTRONAUT)
    save("train/mirrored.png", mirrored(ASTRONAUT))
    save("train/black.png", Image.new("RGB", (96, 80)))
    save("train/nearly black.png", Image.new("RGB", (96, 80), (1, 1, 1)))
    save("val/chelsea.png", CHELSEA)
    save("test/rocket.png", ROCKET)


@pytest.mark.usefixtures("healthy")
def test_nothing_is_found_where_nothing_is_wrong(check: Check) -> None:
    checked = check()
    assert checked.found == {}
    assert checked.excluded == []
    assert "nothing found" in checked.outcome.out
    assert checked.values["images"] == {"train": 4, "val": 1, "test": 1}
    assert "data.exclude" not in checked.outcome.out


@pytest.mark.usefixtures("healthy")
def test_what_cannot_be_read_is_found_and_left_out(check: Check, save: Callable[..., Path], tmp_path: Path) -> None:
    path = save("train/cut.jpg", COFFEE)
    path.write_bytes(path.read_bytes()[:-300])
    (tmp_path / "data/val/text.jpg").write_text("no image")
    save("train/1x1.png", Image.new("RGB", (1, 1)))
    (tmp_path / "data/train/sub").mkdir()
    (tmp_path / "data/train/sub/# it's (1).png").write_bytes(b"")
    checked = check()
    assert checked.found == {
        "Unreadable images": ["train/sub/# it's (1).png", "val/text.jpg"],
        "Truncated or damaged images": ["train/cut.jpg"],
        "Images smaller than 32x32": ["train/1x1.png"],
    }
    assert sorted(checked.excluded) == ["train/1x1.png", "train/cut.jpg", "train/sub/# it's (1).png", "val/text.jpg"]
    assert "1  Truncated or damaged images" in checked.outcome.out
    assert f"leave out 4 images: data.exclude={checked.exclude}\n" in checked.outcome.out
    assert check("data.size=200").excluded == [name for name in checked.excluded if name != "train/1x1.png"]
    assert "Most of train are: lower data.size=" in check("data.size=200").report
    assert check("data.resize=32").excluded == [name for name in checked.excluded if name != "train/1x1.png"]


@pytest.mark.usefixtures("healthy")
def test_the_report_replaces_nothing_and_lies_outside_of_what_is_read(
    check: Check, command: Callable[..., Any], tmp_path: Path
) -> None:
    below = command("data", "check", f"data.root={tmp_path / 'data'}", f"output={tmp_path / 'data' / 'report'}")
    assert "lies in data.root" in below.err
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.md").write_text("mine")
    foreign = command("data", "check", f"data.root={tmp_path / 'data'}", f"output={tmp_path / 'out'}")
    assert "holds report.md, which this verb has not written" in foreign.err
    assert (tmp_path / "out" / "report.md").read_text() == "mine"
    (tmp_path / "out" / "report.md").unlink()
    check()
    check()


def listed(root: Path, exclude: Path, command: Callable[..., Any]) -> dict[Split, list[str]]:
    """What a data module sees."""
    import inpaint_zoo.config.build
    import inpaint_zoo.config.compose

    config = inpaint_zoo.config.compose.compose_config("train", [f"data.root={root}", f"data.exclude={exclude}"])
    box: Any = None
    data: FolderDataModule = inpaint_zoo.config.build.construct(config.data, mask=box, eval_mask=box, seed=0)
    return {split: [image.name for image in data.used_images(split)] for split in Split}


@pytest.mark.usefixtures("healthy")
def test_copies_are_found_within_and_across_splits(
    check: Check, save: Callable[..., Path], command: Callable[..., Any], tmp_path: Path
) -> None:
    save("train/copy.bmp", ASTRONAUT)  # other bytes, the same pixels
    save("train/again.jpg", ASTRONAUT, quality=60)
    save("train/chelsea.tif", CHELSEA)
    save("train/z/rocket.jpg", ROCKET.resize((64, 54)), quality=80)
    save("val/rocket.png", ROCKET)
    save("test/rocket 2.png", ROCKET)
    checked = check()
    assert checked.found == {
        "The same images in two splits": ["train/chelsea.tif", "val/rocket.png"],
        "Near duplicates in two splits": ["train/z/rocket.jpg"],
        "Duplicates": ["train/copy.bmp", "test/rocket.png"],
        "Near duplicates": ["train/astronaut.png"],
    }
    assert sorted(checked.excluded) == ["train/chelsea.tif", "train/copy.bmp", "train/z/rocket.jpg"]
    assert "has the pixels of val/chelsea.png" in checked.report
    names = listed(tmp_path / "data", checked.exclude, command)
    assert names[Split.TRAIN] == ["again.jpg", "astronaut.png", "black.png", "mirrored.png", "nearly black.png"]
    assert names[Split.VAL] == ["chelsea.png", "rocket.png"]


def test_a_test_set_of_all_images_is_said_once(check: Check, save: Callable[..., Path]) -> None:
    for number, image in enumerate((ASTRONAUT, CHELSEA, COFFEE, ROCKET)):
        save(f"{number}.png", image)
    checked = check()
    assert checked.found == {}
    assert "test contains every image of train" in checked.report
    assert "data.test_split=test" in checked.report
    assert "every image" not in check("data.test_split=test").report


@pytest.mark.usefixtures("healthy")
def test_an_interrupted_check_is_resumed(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Callable[..., Any]
) -> None:
    read: list[str] = []
    examine = data_check.examine_image

    def count(path: Path) -> Any:
        if path.name == "rocket.png" and len(read) < 6:
            read.append("interrupted")
            raise KeyboardInterrupt
        read.append(path.name)
        return examine(path)

    monkeypatch.setattr(data_check, "examine_image", count)
    monkeypatch.setattr("inpaint_zoo.data.audit.reading._FILES_AT_A_TIME", 1)
    root, output = tmp_path / "data", tmp_path / "out"
    arguments = ["data", "check", f"data.root={root}", "data.size=32", "num_workers=0", f"output={output}"]
    assert command(*arguments).code == 130
    assert read[-1] == "interrupted"
    assert len(read) == 6
    read.clear()
    read.extend(["before"] * 6)
    first = check()
    assert read[6:] == ["rocket.png"]
    assert first.values["files"] == 6
    again = check()
    assert read[6:] == ["rocket.png"]
    assert again.report == first.report
    COFFEE.save(root / "train/astronaut.png")  # changed since
    (root / "val/new.png").write_bytes((root / "val/chelsea.png").read_bytes())
    assert check().found == {"Duplicates": ["val/new.png"]}
    assert read[7:] == ["astronaut.png", "new.png"]


@pytest.mark.usefixtures("healthy")
def test_workers_find_the_same(check: Check, tmp_path: Path) -> None:
    (tmp_path / "data/train/bad.png").write_bytes(b"x")
    alone = check()
    together = check(f"output={tmp_path / 'two'}", "num_workers=2")
    assert Checked(together.outcome, tmp_path / "two").values == alone.values


def mask(rows: int) -> Image.Image:
    gray = np.zeros((40, 40), np.uint8)
    gray[:rows] = 255
    return Image.fromarray(gray)


@pytest.mark.usefixtures("healthy")
def test_masks_from_files(check: Check, save: Callable[..., Path], tmp_path: Path) -> None:
    root = f"mask.root={tmp_path / 'masks'}"
    save("a.png", mask(10), "masks")
    save("b.png", mask(20), "masks")
    clean = check("mask=files", root)
    assert clean.found == {}
    counts = clean.values["masks"]["histogram"]
    assert (counts["20–30 %"], counts["40–50 %"], sum(counts.values())) == (1, 1, 2)
    save("c.jpg", mask(13), "masks", quality=50)
    save("empty.png", mask(0), "masks")
    save("full.png", mask(40), "masks")
    save("ones.png", Image.fromarray(np.asarray(mask(20)) // 255), "masks")
    save("soft.png", Image.fromarray(np.full((40, 40), 130, np.uint8)), "masks")
    (tmp_path / "masks/broken.png").write_bytes(b"x")
    checked = check("mask=files", root)
    assert checked.found == {
        "Unreadable masks": ["broken.png"],
        "Masks darker than mask.threshold=128": ["ones.png"],
        "Soft masks": ["soft.png"],
        "Masks saved as JPEG": ["c.jpg"],
        "Masks without a hole": ["empty.png", "ones.png"],
        "Masks without a known pixel": ["full.png", "soft.png"],
    }
    assert "mask.threshold=1." in checked.report
    assert checked.excluded == []


@pytest.mark.usefixtures("healthy")
def test_inverted_masks_are_found_and_the_override_fixes_them(
    check: Check, save: Callable[..., Path], tmp_path: Path
) -> None:
    for number in range(3):
        save(f"{number}.png", mask(30 + number), "masks")
    root = f"mask.root={tmp_path / 'masks'}"
    assert list(check("mask=files", root).found) == ["Masks that look inverted"]
    assert "set mask.invert=true" in check("mask=files", root).report
    assert check("mask=files", root, "mask.invert=true").found == {}


def test_paired_masks_that_do_not_fit(check: Check, save: Callable[..., Path], tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    save("val/turned.jpg", CHELSEA, exif=exif)
    save("val/upright.png", COFFEE)
    save("val/wide.png", ROCKET)
    save("val/alone.png", ASTRONAUT)
    save("train/any.png", mirrored(COFFEE))
    for name in ("turned.png", "upright.png", "any.png"):
        save(name, Image.fromarray(np.eye(80, 96, dtype=np.uint8) * 255), "masks")
    save("wide.png", mask(10), "masks")
    checked = check("mask=paired", f"mask.root={tmp_path / 'masks'}")
    assert checked.found == {
        "Images without a mask": ["alone.png"],
        "Masks that do not fit their images": ["val/turned.jpg", "val/wide.png"],
    }
    assert "the image is 80x96, its mask 96x80; the image is turned by its EXIF orientation 6" in checked.report


def test_bad_input_is_one_line(command: Callable[..., Any], save: Callable[..., Path], tmp_path: Path) -> None:
    def complaint(*arguments: object) -> str:
        outcome = command("data", "check", *arguments)
        assert outcome.code == 2
        assert outcome.err.count("\n") == 1
        return str(outcome.err)

    output = f"output={tmp_path / 'out'}"
    assert "output is missing" in complaint("data=photographs")
    assert "nowhere' does not exist" in complaint(f"data.root={tmp_path / 'nowhere'}", output)
    save("train/a.png", CHELSEA)
    root = f"data.root={tmp_path / 'data'}"
    assert "mask.root" in complaint(root, output, "mask=files", f"mask.root={tmp_path / 'nowhere'}")
    assert "num_made_masks=0" in complaint(root, output, "num_made_masks=0")
    assert "num_made_masks=abc must be a whole number" in complaint(root, output, "num_made_masks=abc")
    assert "num_workers=-1 must be at least 0" in complaint(root, output, "num_workers=-1")
    assert "num_workers=abc must be a whole number" in complaint(root, output, "num_workers=abc")
    assert "a group such as model, data or mask (kind) cannot be null" in complaint(root, output, "mask=null")
    assert "output is missing" in complaint(root, "output=null")
    assert "cannot write" in complaint(root, f"output={tmp_path / (300 * 'x')}")
    assert not (tmp_path / "out").exists()
    (tmp_path / "file").write_text("")
    assert "cannot write" in complaint(root, f"output={tmp_path / 'file'}")


def inverted_and_wrong_masks(write: Callable[..., Path], folder: str) -> None:
    for name in ("train/a.png", "train/b.png", "val/c.png"):
        write(f"{folder}{name}", Image.fromarray(np.full((80, 96), 255, np.uint8)))
    write(f"{folder}train/b.png", Image.fromarray(np.full((40, 40), 255, np.uint8)))


def test_masks_that_belong_to_images_are_examined(check: Check, save: Callable[..., Path], tmp_path: Path) -> None:
    for name, image in {"train/a.png": ASTRONAUT, "train/b.png": CHELSEA, "val/c.png": COFFEE}.items():
        save(name, image)
    inverted_and_wrong_masks(save, "masks/")
    save("test/d.png", ROCKET)
    save("masks/test/d.png", ROCKET).write_bytes(b"x")
    checked = check("data.masks=masks")
    root = tmp_path / "data/masks"
    assert checked.found == {
        "Unreadable masks": [f"{root}/test/d.png"],
        "Masks that look inverted": [f"{root}/train/a.png", f"{root}/train/b.png", f"{root}/val/c.png"],
        "Masks without a known pixel": [f"{root}/train/a.png", f"{root}/train/b.png", f"{root}/val/c.png"],
        "Masks that do not fit their images": ["train/b.png"],
    }
    assert "set data.mask_invert=true" in checked.report
    assert checked.values["masks"]["source"] == "files of images"
    assert checked.values["masks"]["histogram"]["90–100 %"] == checked.values["masks"]["number"] == 3


def test_masks_of_lists_and_of_some_splits_are_examined(
    check: Check, save: Callable[..., Path], tmp_path: Path
) -> None:
    paths = [save(f"{number}.png", image) for number, image in enumerate((ASTRONAUT, CHELSEA))]
    soft = save("soft.png", Image.fromarray(np.full((80, 96), 130, np.uint8)), "masks")
    (tmp_path / "data/train.txt").write_text(f"{paths[0]}\t{soft}\n")
    (tmp_path / "data/val.txt").write_text(f"{paths[1]}\n")
    checked = check("data=list", *(f"data.{name}={tmp_path / 'data' / name}.txt" for name in ("train", "val")))
    assert list(checked.found) == ["Masks that look inverted", "Soft masks", "Masks without a known pixel"]
    assert checked.found["Soft masks"] == [str(soft)]
    assert "images of val have no paired masks" in checked.report
    assert "no test images were examined (data.test is missing" in checked.report
    assert "made at" not in checked.outcome.out


@pytest.mark.usefixtures("healthy")
def test_settings_of_mask_files_are_reported_not_passed_over(
    command: Callable[..., Any], save: Callable[..., Path], tmp_path: Path
) -> None:
    save("a.png", mask(10), "masks")
    arguments = ["data", "check", f"data.root={tmp_path / 'data'}", "mask=files", f"mask.root={tmp_path / 'masks'}"]
    for wrong in ("mask.threshold=0", "mask.resizing=cubic"):
        outcome = command(*arguments, wrong, f"output={tmp_path / 'out'}", "num_workers=0")
        assert (outcome.code, outcome.err.count("\n")) == (2, 1)
        assert wrong.partition("=")[0] in outcome.err


@pytest.mark.usefixtures("healthy")
def test_what_is_excluded_is_not_examined_and_stays_excluded(
    check: Check, save: Callable[..., Path], tmp_path: Path, command: Callable[..., Any]
) -> None:
    save("train/bad.png", COFFEE).write_bytes(b"x")
    save("train/odd\n\rname.png", COFFEE).write_bytes(b"x")
    first = check()
    assert first.excluded == ["train/bad.png", r'"train/odd\n\rname.png"']
    assert r"`train/odd\n\rname.png`" in first.report
    again = check(f"data.exclude={first.exclude}", f"output={tmp_path / 'two'}")
    again = Checked(again.outcome, tmp_path / "two")
    assert again.found == {}
    assert again.excluded == first.excluded
    assert again.values["images"]["train"] == 4
    assert "left out 2 of train, 0 of val, 0 of test" in again.report
    names = listed(tmp_path / "data", again.exclude, command)
    assert names[Split.TRAIN] == ["astronaut.png", "black.png", "mirrored.png", "nearly black.png"]


@pytest.mark.usefixtures("healthy")
def test_paths_are_printed_whole_and_quoted(check: Check, save: Callable[..., Path], tmp_path: Path) -> None:
    save("train/bad.png", COFFEE).write_bytes(b"x")
    output = tmp_path / f"it's a {'very-' * 20}long  folder"
    outcome = Checked(check(f"output={output}").outcome, output).outcome
    report, override = outcome.out.splitlines()[-2:]
    assert report == f"report: {output}/report.md"
    assert shlex.split(override.partition("images: ")[2]) == [f"data.exclude={output}/exclude.txt"]


def test_a_file_of_a_flat_folder_is_found_once(check: Check, save: Callable[..., Path], tmp_path: Path) -> None:
    for number, image in enumerate((ASTRONAUT, CHELSEA, COFFEE, ROCKET)):
        save(f"{number}.png", image)
        save(f"bad{number}.png", image).write_bytes(b"x")
    save("copy.png", ASTRONAUT)
    checked = check()
    assert sorted(name.partition("/")[2] for name in checked.found["Unreadable images"]) == [
        f"bad{number}.png" for number in range(4)
    ]
    assert sum(map(len, checked.found.values())) == 5
    assert {f"test/bad{number}.png" for number in range(4)} < set(checked.excluded)
    (tmp_path / "rest.txt").write_text("".join(f"{name}\n" for name in checked.excluded))
    assert "Unreadable images" not in check(f"data.exclude={tmp_path / 'rest.txt'}").found


def test_a_way_out_is_named_where_it_is_one(check: Check, save: Callable[..., Path], tmp_path: Path) -> None:
    path = save("a.png", ASTRONAUT)
    (tmp_path / "data/list.txt").write_text(f"{path}\n")
    checked = check("data=list", *(f"data.{name}={tmp_path}/data/list.txt" for name in ("train", "val", "test")))
    assert "contains every image of train" in checked.report
    assert "test_split" not in checked.report


def test_what_is_left_out_and_damaged_metadata_are_told_apart(check: Check, save: Callable[..., Path]) -> None:
    for name in ("train/a.jpg", "val/b.png", "test/c.png"):
        save(name, ASTRONAUT if name[0] == "t" else CHELSEA, exif=bytes(16))
    mask = save("train/a_mask.png", Image.new("L", (96, 80)))
    mask.with_name("d.heic").touch()
    checked = check()
    left_out, beside = (note for note in checked.values["notes"] if "left out" in note)
    assert "1 of 3 files are left out, as their suffix is not that of an image: d.heic" in left_out
    assert "1 of 2 files are left out, as they end in _mask and lie beside their images: a_mask.png" in beside
    assert checked.values["images"] == {"train": 1, "val": 1, "test": 1}
    assert not {"Unreadable images", "Truncated or damaged images"} & set(checked.found)
    assert checked.outcome.err == ""
