import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inpaint_zoo.cli import masks_make
from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import CONF_DIR
from inpaint_zoo.files.hashing import pixel_hash
from inpaint_zoo.images.reading import read_mask
from inpaint_zoo.masks import FileMask, MaskRequest
from inpaint_zoo.runtime.random_state import random_state

Command = Callable[..., Any]


@pytest.fixture
def make(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """`masks make` of four small masks into the folder `made`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return lambda *arguments: command("masks", "make", "count=4", "size=[32,40]", "output=made", *arguments)


def manifest(folder: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return values


def test_masks_and_what_is_said_about_them_agree(make: Command, tmp_path: Path) -> None:
    done = make("kind=irregular", "ratio=[0.2,0.4]", "mask.num_segments=[2,5]", "seed=3")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("4 masks of 40x32 in made, ")
    folder = tmp_path / "made"
    values = manifest(folder)
    assert values["mask"]["num_segments"] == [2, 5]
    assert sorted(path.name for path in folder.iterdir()) == [f"00000{index}.png" for index in range(4)] + [
        "manifest.json"
    ]
    generator = construct(values["mask"])
    for index, sample in enumerate(values["samples"]):
        gray = read_mask(folder / sample["name"])
        assert gray.shape == tuple(sample["size"]) == (32, 40)
        assert set(np.unique(gray)) <= {0, 255}
        assert sample["mask"] == pixel_hash(gray == 255)
        assert sample["ratio"] == np.mean(gray == 255)
        assert 0.2 < sample["ratio"] <= 0.4
        assert np.array_equal(
            gray[None] // 255, generator(MaskRequest(32, 40, random_state(values["seed"], index), index))
        )
    FileMask(root=folder, threshold=128, invert=False, resizing="nearest")(MaskRequest(32, 40, random_state(0), 2))


@pytest.mark.parametrize("kind", sorted(path.stem for path in (CONF_DIR / "mask").glob("*.yaml")))
def test_every_kind_can_be_made(kind: str, make: Command, masks: Callable[..., Path], tmp_path: Path) -> None:
    if kind == "paired":  # needs names: see test_masks_by_name_need_names
        return
    files = (
        [f"mask.root={masks('a.png', 'b.png')}"] if kind in ("files", "files_bins", "files_rotated", "objects") else []
    )
    bins = ["mask.bins=[[0.1,0.3]]"] if kind == "files_bins" else []
    done = make(f"kind={kind}", "count=2", *files, *bins)
    assert (done.code, done.err) == (0, "")
    assert len(list((tmp_path / "made").glob("*.png"))) == 2


def test_a_kind_that_changes_others_takes_them_by_name(make: Command, tmp_path: Path) -> None:
    assert make("kind=exact_ratio", "of=boxes", "ratio=[0.3,0.35]", "mask.mask.margin=4").code == 0
    values = manifest(tmp_path / "made")
    assert values["mask"]["mask"]["_target_"].endswith("BoxesMask")
    assert values["mask"]["mask"]["margin"] == 4
    assert all(0.3 < sample["ratio"] <= 0.35 for sample in values["samples"])


def test_the_same_command_gives_the_same_files(make: Command, tmp_path: Path) -> None:
    make("kind=box")
    make("kind=box", "output=again")
    make("kind=box", "output=other", "seed=1")
    made, again, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("made", "again", "other")
    )
    assert made == again
    assert all(made[name] != other[name] for name in made)


def test_the_pixels_are_the_same_on_every_machine(make: Command, tmp_path: Path) -> None:
    make("ratio=[0.2,0.4]")
    expected = ["cce4b1bfc00f9b02", "753a6f3bae08159b", "f85e129b2deec5ab", "557ee5aa716b0b5a"]
    assert [sample["mask"][:16] for sample in manifest(tmp_path / "made")["samples"]] == expected


def test_a_folder_with_something_in_it_is_left_alone(make: Command, tmp_path: Path) -> None:
    make("count=6")
    (tmp_path / "made" / "mine.txt").write_text("mine")
    before = sorted((tmp_path / "made").iterdir())
    refused = make()
    assert refused.code == 2
    assert refused.err == (
        "inpaint-zoo masks make: error: output: made is not empty: give force=true to replace the masks in it, or a "
        "new folder\n"
    )
    assert sorted((tmp_path / "made").iterdir()) == before
    assert make("force=true").code == 0
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == [
        *(f"00000{index}.png" for index in range(4)),
        "manifest.json",
        "mine.txt",
    ]


def test_an_interrupted_run_leaves_what_was_there(
    make: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("kind=box")
    before = {path: path.read_bytes() for path in (tmp_path / "made").iterdir()}

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(masks_make, "write_mask_manifest", stop)
    assert make("kind=box", "seed=9", "force=true").code == 130
    assert {path: path.read_bytes() for path in (tmp_path / "made").iterdir()} == before
    assert make("output=new").code == 130
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["kind=irregluar"], "kind=irregluar is unknown, did you mean 'irregular'?"),
        (["kind=box", "ratio=[0.1,0.2]"], "there is no key 'ratio'"),
        (["ratio=[0.4,0.2]"], "ratio=[0.4,0.2] must satisfy"),
        (["count=0"], "count=0 must be at least 1"),
        (["size=0"], "size=0 must be a number of pixels or [height,width]"),
        (["size=[3]"], "size=[3] must be"),
        (["size=native"], "size=native must be"),
        (["seed=-1"], "seed=-1 must lie in"),
        (["kind=files"], "mask.root is missing"),
        *((["count=" + value], f"count={value} must be a whole number") for value in ("abc", "1.5", "null", "true")),
        *((["size=" + value], f"size={value} must be a number of pixels") for value in ("2.5", "null")),
        (["size=100000"], "size=[100000,100000] has more than 89478485 pixels"),
        *((["seed=" + value], f"seed={value} must be a whole number") for value in ("abc", "1.5", "null")),
        (["ratio=[a,b]"], "ratio=[a,b] must be two numbers"),
        (["ratio=[0.2,.nan]"], "ratio=[0.2,.nan] must be two numbers"),
        (["ratio=ab"], "ratio=ab must be two numbers"),
        (["kind=null"], "a group such as model, data or mask (kind) cannot be null"),
        (["kind=irregular_bins", "mask.bins=0.2"], "mask.bins=0.2 must be a list, such as mask.bins=[[0.2,0.4]]"),
        (["kind=irregular_bins", "mask.bins=abc"], "mask.bins=abc must be a list"),
        (["kind=free_form", "mask.num_strokes=[1.9,2.9]"], "mask.num_strokes=[1.9,2.9] must be two whole numbers"),
        (["kind=stains", "mask.num_splashes=[1.5,2]"], "mask.num_splashes=[1.5,2] must be two whole numbers"),
        (["force=maybe"], "force=maybe must be true or false"),
        (["output=null"], "output is missing: give output=PATH"),
        (["output=" + 300 * "x"], f"output: cannot write to {300 * 'x'}: choose"),
        (["output=" + 40 * f"{100 * 'x'}/"], "output: cannot write to"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(
    make: Command, tmp_path: Path, arguments: list[str], message: str
) -> None:
    done = make(*arguments)
    assert done.code == 2
    assert done.err.startswith(f"inpaint-zoo masks make: error: {message}")
    assert done.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_link_to_nothing_is_no_folder(make: Command, tmp_path: Path) -> None:
    (tmp_path / "made").symlink_to(tmp_path / "nowhere")
    for output in ("made", "made/inside"):
        done = make(f"output={output}")
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert f"output: cannot write to {output}: choose a folder" in done.err
    assert not (tmp_path / "nowhere").exists()


def test_masks_by_name_need_names(make: Command, masks: Callable[..., Path], tmp_path: Path) -> None:
    done = make("kind=paired", f"mask.root={masks('a.png')}")
    assert done.code == 2
    assert "such as kind=files" in done.err
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("name", ["000001.png", "000009.png", "sub/mine.png", "000002.png/x", "manifest.json"])
def test_what_no_run_made_is_never_replaced(make: Command, tmp_path: Path, name: str) -> None:
    mine = tmp_path / "made" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("{}")
    done = make("force=true")
    assert done.code == 2
    assert f"output: made holds {name.removesuffix('/x')!r}, which no earlier run made" in done.err
    assert mine.read_text() == "{}"
    assert make("kind=box", "output=other").code == 0


class Killed(BaseException):
    """As kill -9: nothing is tidied up."""


@pytest.mark.parametrize(("count", "moved"), [(6, 0), (6, 3), (6, 6), (2, 2)])
def test_a_run_that_was_killed_can_be_repeated(
    make: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, count: int, moved: int
) -> None:
    make("kind=box")
    made, replaced = tmp_path / "made", Path.replace
    done: list[Path] = []

    def replace(self: Path, target: Path) -> Path:
        if target.parent == Path("made"):
            if len(done) == moved:
                shutil.copytree(made, tmp_path / "as killed")
                raise Killed
            done.append(target)
        return replaced(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        with pytest.raises(Killed):
            make("kind=box", "seed=1", f"count={count}", "force=true")
    shutil.rmtree(made)
    (tmp_path / "as killed").rename(made)
    assert any(path.name.endswith(".part") for path in made.iterdir())
    assert make("kind=box", "seed=2", "count=3", "force=true").code == 0
    names = ["000000.png", "000001.png", "000002.png"]
    assert sorted(path.name for path in made.iterdir()) == [*names, "manifest.json"]
    FileMask(root=made, threshold=128, invert=False, resizing="nearest")(MaskRequest(32, 40, random_state(0), 2))


def test_what_a_killed_first_run_left_is_no_obstacle(make: Command, tmp_path: Path) -> None:
    (tmp_path / "made/.masks-x.part").mkdir(parents=True)
    (tmp_path / "made/.masks-x.part/000000.png").write_bytes(b"")
    assert make("kind=box").code == 0
    assert len(list((tmp_path / "made").iterdir())) == 5


def test_masks_are_not_written_into_the_folder_that_they_are_made_of(
    command: Command, masks: Callable[..., Path], tmp_path: Path
) -> None:
    root = masks("a.png")
    for kind in (["mask=files", f"mask.root={root}"], ["mask=exact_ratio", "of=files", f"mask.mask.root={root}"]):
        code, _, err = command("masks", "make", *kind, "count=1", "size=32", f"output={root / 'more'}", "force=true")
        assert (code, err.count("\n")) == (2, 1)
        assert "output: " in err
        assert "which is read" in err
    assert [path.name for path in root.iterdir()] == ["a.png"]
