"""Lists of images: their formats, their mistakes, and two million lines."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.data.packed import PackedImages
from inpaint_zoo.data.paired_masks import PairedImage
from inpaint_zoo.data.sources import list_reader as file_list
from inpaint_zoo.data.sources.list_reader import read_list
from inpaint_zoo.errors import InputError

Write = Callable[..., Path]
MEGABYTE = 2**20


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "inpaint-zoo" / "lists"


def read(path: Path, root: Path | None = None) -> PackedImages:
    return read_list(path, root, "data.train")


def write_list(folder: Path, content: str | bytes, name: str = "train.flist") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def names(images: PackedImages) -> list[str]:
    return [image.name for image in images]


@pytest.mark.parametrize(
    "content",
    [
        "x/b.png\na.png\n",
        "x/b.png\na.png",
        "x/b.png\r\na.png\r\n",
        b"\xef\xbb\xbfx/b.png\na.png\n",
        b"\xef\xbb\xbf\r\nx/b.png\r\n\r\n\na.png\r\n\n",
        "./x//b.png\nx/../a.png\n",
    ],
    ids=["plain", "no end", "windows", "byte order mark", "empty lines", "detours"],
)
def test_lines_are_paths_from_the_folder_of_the_list_in_its_order(write_images: Write, content: str | bytes) -> None:
    root = write_images("a.png", "x/b.png")
    images = read(write_list(root, content))
    assert names(images) == ["x/b.png", "a.png"]
    assert [Path(str(image.path)).resolve() for image in images] == [root / "x/b.png", root / "a.png"]


def test_absolute_paths_and_those_that_lead_elsewhere_have_names_too(write_images: Write, tmp_path: Path) -> None:
    root = write_images("in/a.png", "out/b.png")
    path = write_list(tmp_path, f"{root}/in/a.png\n../out/b.png\n")
    images = read(path, root / "in")
    outside = f"{root}/out/b.png".removeprefix("/")
    assert names(images) == ["a.png", outside]
    assert all(Path(str(image.path)).is_file() for image in images)


def test_odd_names_arrive(write_images: Write) -> None:
    odd = ["it's [a]=b, Ünï/写 真(1).png", "#1.png", " two  spaces .png", "..dots.png"]
    images = read(write_list(write_images(*odd), "\n".join(odd)))
    assert names(images) == odd


def test_names_that_are_no_text_are_escaped(write_images: Write) -> None:
    root = write_images("a.png")
    (root / "a.png").rename(os.fsdecode(os.fsencode(root) + b"/\xff.png"))
    (image,) = read(write_list(root, b"\xff.png\n"))
    assert image.name == "\\xff.png"
    assert Path(str(image.path)).is_file()


def test_json_holds_a_list_of_paths(write_images: Write) -> None:
    root = write_images("a.png", "ü/b.png")
    assert names(read(write_list(root, json.dumps(["ü/b.png", "a.png"]), "list.JSON"))) == ["ü/b.png", "a.png"]


def test_masks_stand_behind_tabs(write_images: Write) -> None:
    root = write_images("a.png", "b.png", "masks/1.png", "masks/2.png")
    images = read(write_list(root, "b.png\tmasks/1.png\r\na.png\tmasks/2.png\r\n"))
    for image, name, mask in zip(images, ("b.png", "a.png"), ("masks/1.png", "masks/2.png"), strict=True):
        assert isinstance(image, PairedImage)
        assert (image.name, image.path) == (name, root / name)
        assert image.mask == (mask, root / mask)
        assert pickle.loads(pickle.dumps(image)).mask == image.mask


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a.png\nb.png\na.png\n", r"a\.png is in lines 1 and 3: keep one"),
        ("a.png\n\n./a.png\n", r"a\.png is in lines 1 and 3"),
        (
            "a.png\nnone.png\nno/ne.png\n",
            r"2 of 3 files are missing: '/.*/none\.png', '/.*/no/ne\.png'; .* set data\.root=",
        ),
        ("a.png\tmissing.png\n", r"1 of 2 files are missing: .*missing\.png"),
        ("a.png\tb.png\n\nb.png\n", r"line 3: 'b\.png' is not an image, a tab and a mask"),
        ("a.png\tb.png\tc.png\n", r"line 1: .* is not an image, a tab and a mask"),
        ("a.png\tb.png\nb.png\t\n", r"line 2: .* is not an image, a tab and a mask"),
        ("\tb.png\n", r"line 1: .* is not an image, a tab and a mask"),
        ("", "names no image"),
        (b"\xef\xbb\xbf\r\n\n", "names no image"),
        (b"a.png\0b.png", "is not a text file"),
    ],
)
def test_mistakes_in_lists_are_named(write_images: Write, content: str | bytes, words: str) -> None:
    path = write_list(write_images("a.png", "b.png"), content)
    with pytest.raises(InputError, match=words) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"train": ["a.png"]}', "must hold a list of paths, .* not an object"),
        ('"a.png"', "must hold a list of paths"),
        ('["a.png", 2]', "entry 1 is 2:"),
        ('["a.png", "\\ud800.jpg"]', r"entry 1 is '\\ud800\.jpg': every entry must be the path"),
        ('["a.png", ["b.png"]]', "entry 1 is"),
        ('[""]', "entry 0 is ''"),
        ('["a\\nb.png"]', "entry 0 is"),
        ("[]", "names no image"),
        ('["a.png"', "cannot be read as JSON"),
    ],
)
def test_json_of_another_shape_is_refused(write_images: Write, content: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(write_list(write_images("a.png"), content, "list.json"))


def test_missing_lists_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"data\.train: .*none\.txt' does not exist"):
        read(tmp_path / "none.txt")
    with pytest.raises(InputError, match="is not a file"):
        read(tmp_path)


@settings(deadline=None, max_examples=40)
@given(
    lines=st.lists(st.text(st.sampled_from("ab./ü\\ \r"), max_size=6), max_size=8), end=st.sampled_from(["\n", "\r\n"])
)
def test_any_text_is_read_as_python_reads_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str
) -> None:
    path = write_list(tmp_path_factory.mktemp("lists"), end.join(lines))
    text = path.read_bytes().decode()
    expected = [line.removesuffix("\r") for line in text.split("\n")]
    expected = [line for line in expected if line]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_list, "_refuse_missing", lambda *_: None)
        patch.setattr(file_list, "_refuse_repetitions", lambda *_: None)
        if expected:
            assert [str(image.path) for image in read(path)] == [str(path.parent / line) for line in expected]
        else:
            with pytest.raises(InputError, match="names no image"):
                read(path)


START = """
import sys, time
from pathlib import Path
from inpaint_zoo.data import FileListDataModule
from inpaint_zoo.data.splits import Split
from inpaint_zoo.masks import BoxMask

def peak():
    # `getrusage` would count in what the process of the tests had in use when it started this one
    line = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024

imported, start = peak(), time.monotonic()
box = BoxMask(size_ratio=[0.2, 0.8], offset_ratio=1.0)
data = FileListDataModule(
    root=None, train=sys.argv[1], val=None, test=None, mask_threshold=128, mask_invert=False, mask=box, eval_mask=box,
    size=16, center_crop=None, resize=None, flip_probability=0.5, samples_per_epoch=None, eval_repeats=1, batch_size=8,
    eval_batch_size=8, num_workers=0, seed=0, eval_seed=0, exclude=None, on_error="raise",
)
data.setup("fit")
keys = iter(data.train_dataloader().sampler)
key = next(keys)
image = data.train_dataset.images[key.index]
print(len(data.images(Split.TRAIN)), len(data.images(Split.TEST)), image.name.count("/"))
print(f"{time.monotonic() - start:.1f} s, {imported} MiB after the imports, {peak()} MiB at most", file=sys.stderr)
print(time.monotonic() - start, peak() - imported)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read as Linux gives it")
@pytest.mark.slow  # ten seconds of imports and as many of work in each of two processes
def test_two_million_lines_start_soon_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "places.txt"
    with path.open("w") as file:
        file.writelines(f"class_{i % 365:03d}/sub_folder/Places365_train_{i:08d}.jpg\n" for i in range(2_000_000))
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", START, str(path)], check=True, capture_output=True, text=True)
        counts, costs = done.stdout.splitlines()
        num_train, num_test, depth = map(int, counts.split())
        seconds, mebibytes = map(float, costs.split())
        assert num_train == pytest.approx(1_800_000, rel=0.001)
        assert num_test == pytest.approx(100_000, rel=0.02)
        assert depth == 2
        assert seconds < 20, done.stderr
        assert mebibytes < 200, done.stderr  # beside what the libraries need, which differs from machine to machine
