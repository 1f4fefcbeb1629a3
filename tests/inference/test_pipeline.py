"""Files in, files out: what is filled, kept, refused, and left as it was."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import write_bytes
from inpaint_zoo.images.reading import read_image, read_mask
from inpaint_zoo.inference import pipeline as module
from inpaint_zoo.inference.inputs import Inputs, plan, refuse_inputs
from inpaint_zoo.inference.pipeline import Done, Pipeline, Work
from inpaint_zoo.inference.records import FOLDER, Records

Images = Callable[..., Path]
NAMES = [f"{number}.png" for number in range(6)]


class Negative:
    """Fills a hole with the opposite of what is there; remembers how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, image: np.ndarray, hole: np.ndarray) -> np.ndarray:
        self.calls += 1
        return np.where(hole[..., None], np.iinfo(image.dtype).max - image, image)


def filled(given: Inputs, folder: Path, fill: Any = None, settings: str = "", **chosen: bool) -> list[Done]:
    works = plan(given, as_png=chosen.get("as_png", False))
    records = Records(folder, force=chosen.get("force", False))
    pipeline = Pipeline(fill or Negative(), records, settings, chosen.get("as_png", False))
    done = {one.name: one for one in pipeline.run(one for one in works if isinstance(one, Work))}
    return [done[one.image.name] if isinstance(one, Work) else one for one in works]


def names(folder: Path) -> list[str]:
    paths = (path.relative_to(folder) for path in folder.rglob("*.*") if path.is_file())
    return sorted(path.as_posix() for path in paths if path.parts[0] != FOLDER)


def test_what_is_there_from_the_same_command_is_kept(images: Images, masks: Images, tmp_path: Path) -> None:
    given, out, fill = Inputs(str(images(*NAMES)), str(masks(*NAMES))), tmp_path / "out", Negative()
    assert not any(one.was_there for one in filled(given, out, fill))
    assert fill.calls == len(NAMES)
    assert all(one.was_there for one in filled(given, out, fill))
    assert fill.calls == len(NAMES)


@pytest.mark.parametrize("changed", ["image", "mask", "settings", "lost", "force"])
def test_what_depends_on_something_else_is_made_again(
    images: Images, masks: Images, tmp_path: Path, changed: str
) -> None:
    root, folder, out = images(*NAMES), masks(*NAMES), tmp_path / "out"
    given, settings = Inputs(str(root), str(folder)), "one"
    filled(given, out, settings=settings)
    before = (out / "3.png").read_bytes()
    if changed == "image":
        Image.fromarray(255 - read_image(root / "3.png")).save(root / "3.png")
    elif changed == "mask":
        Image.fromarray(np.roll(read_mask(folder / "3.png"), 2)).save(folder / "3.png")
    elif changed == "lost":
        (out / "3.png").unlink()
    done = filled(given, out, settings="two" if changed == "settings" else settings, force=changed == "force")
    again = [one.name for one in done if not one.was_there]
    assert again == (NAMES if changed in ("settings", "force") else ["3.png"])
    assert ((out / "3.png").read_bytes() != before) == (changed in ("image", "mask"))


@pytest.mark.parametrize("is_ours", [True, False])
def test_files_of_others_and_changed_results_are_not_replaced(
    images: Images, masks: Images, tmp_path: Path, is_ours: bool
) -> None:
    given, out = Inputs(str(images(*NAMES)), str(masks(*NAMES))), tmp_path / "out"
    if is_ours:
        filled(given, out, settings="one")
    write_bytes(out / "3.png", [b"painted over"])
    done = filled(given, out, settings="two")
    assert [one.name for one in done if one.failure] == ["3.png"]
    assert "3.png is there already" in done[3].failure
    assert "force=true" in done[3].failure
    assert (out / "3.png").read_bytes() == b"painted over"
    assert not any(one.failure for one in filled(given, out, settings="two", force=True))


def test_a_result_that_was_not_written_to_the_end_is_made_again(
    images: Images, masks: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line of a result comes before the result: a crash between them leaves no result that is foreign."""
    given, out = Inputs(str(images(*NAMES)), str(masks(*NAMES))), tmp_path / "out"

    def crash(path: Path, chunks: Sequence[bytes]) -> None:
        if path.name == "2.png":
            raise KeyboardInterrupt
        write_bytes(path, chunks)

    monkeypatch.setattr(module, "write_bytes", crash)
    with pytest.raises(KeyboardInterrupt):
        filled(given, out)
    monkeypatch.undo()
    written = names(out)
    assert "2.png" not in written
    assert "1.png" in written
    done = filled(given, out)
    assert [one.name for one in done if one.was_there] == written
    assert not any(one.failure for one in done)
    assert names(out) == NAMES


def test_one_bad_file_stops_no_other(images: Images, masks: Images, tmp_path: Path) -> None:
    root, folder = images(*NAMES, "7.gif"), masks(*NAMES, "7.png")
    (root / "0.png").write_bytes(b"")
    (root / "1.png").write_bytes((root / "1.png").read_bytes()[:200])
    (folder / "2.png").write_bytes(b"no image")
    Image.fromarray(np.full((36, 40), 255, np.uint8)).save(folder / "4.png")
    (root / "5.png").unlink()
    (root / "5.png").symlink_to("nowhere.png")
    done = filled(Inputs(str(root), str(folder)), tmp_path / "out")
    failures = {one.name: one.failure for one in done if one.failure}
    assert list(failures) == ["0.png", "1.png", "2.png", "4.png", "5.png"]
    for name, reason in failures.items():
        assert name in reason
        assert "\n" not in reason
    assert "is all hole" in failures["4.png"]
    assert names(tmp_path / "out") == ["3.png", "7.png"]


def test_a_bug_is_no_failure_of_a_file(images: Images, masks: Images, tmp_path: Path) -> None:
    def broken(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
        raise AssertionError("a bug")

    with pytest.raises(AssertionError, match="a bug"):
        filled(Inputs(str(images("a.png")), str(masks("a.png"))), tmp_path / "out", broken)


def test_what_a_machine_refuses_is_a_failure_of_one_file(images: Images, masks: Images, tmp_path: Path) -> None:
    negative = Negative()

    def too_large(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
        if negative.calls == 1:
            negative.calls += 1
            raise MemoryError("Unable to allocate 9 GiB")
        return negative(image, hole)

    given = Inputs(str(images(*NAMES[:3])), str(masks(*NAMES[:3])))
    done = filled(given, tmp_path / "out", too_large)
    assert [bool(one.failure) for one in done] == [False, True, False]
    assert done[1].failure.startswith("1.png: out of memory")


def test_a_mask_without_a_hole_leaves_the_file_as_it_is(images: Images, masks: Images, tmp_path: Path) -> None:
    """Also a JPEG file, which would lose by being encoded again, and a palette, which would become RGB."""
    root = images("a.jpg")
    Image.fromarray(read_image(root / "a.jpg")).convert("P").save(root / "b.png")
    mask = masks("m.png") / "m.png"
    Image.fromarray(np.zeros((36, 40), np.uint8)).save(mask)
    done = filled(Inputs(str(root), str(mask)), tmp_path / "out")
    for name in ("a.jpg", "b.png"):
        assert (tmp_path / "out" / name).read_bytes() == (root / name).read_bytes()
    assert not any(one.notes for one in done)


def test_a_hole_of_one_pixel(images: Images, masks: Images, tmp_path: Path) -> None:
    root, mask = images("a.png"), masks("m.png") / "m.png"
    Image.fromarray(np.eye(1, 36 * 40, 77, dtype=np.uint8).reshape(36, 40) * 255).save(mask)
    filled(Inputs(str(root), str(mask)), tmp_path / "out")
    changed = (read_image(tmp_path / "out" / "a.png") != read_image(root / "a.png")).any(axis=-1)
    assert np.flatnonzero(changed).tolist() == [77]


def test_the_hole_of_the_alpha_channel(images: Images, tmp_path: Path) -> None:
    root = images("a.png", "b.png")
    before = np.dstack([read_image(root / "a.png"), np.full((36, 40), 255, np.uint8)])
    before[5:9, 6:12, 3], before[9, 6:12, 3] = 0, 100
    Image.fromarray(before).save(root / "a.png")
    done = filled(Inputs(str(root), "alpha"), tmp_path / "out")
    after = np.asarray(Image.open(tmp_path / "out" / "a.png"))
    assert (after[..., 3] == 255).all()
    hole = before[..., 3] < 255
    assert np.array_equal(after[~hole], before[~hole])
    assert "b.png has no alpha channel" in done[1].failure


@pytest.mark.parametrize(("tolerance", "num_holes"), [(0, 6), (3, 9)])
def test_the_hole_of_a_color(images: Images, tmp_path: Path, tolerance: int, num_holes: int) -> None:
    root = images("a.png")
    before = read_image(root / "a.png")
    before[4, 2:8] = (255, 0, 200)
    before[5, 2:5], before[5, 5:8] = (253, 3, 197), (251, 0, 200)
    Image.fromarray(before).save(root / "a.png")
    (done,) = filled(Inputs(str(root), "#ff00C8", tolerance=tolerance), tmp_path / "out")
    changed = (read_image(tmp_path / "out" / "a.png") != before).any(axis=-1)
    assert (done.failure, changed.sum()) == ("", num_holes)


@pytest.mark.parametrize("color", ["#ff00", "#gg0000", "#ff00ff00"])
def test_what_is_no_color_is_taken_for_a_file(images: Images, color: str) -> None:
    with pytest.raises(InputError, match="does not exist: give masks=FILE"):
        Inputs(str(images("a.png")), color).sources()


def test_patterns_and_masks_beside_images(images: Images, masks: Images, tmp_path: Path) -> None:
    root = images("a.jpg", "b.png", "sub/c.png")
    masks("a_mask.png", "b_mask.png", "sub/c_mask.png", folder="images")
    masks("a.png", "b.png", "sub/c.png")
    patterns = {str(root): None, f"{root}/**/*": None, f"{root}/**/*[abc].*": f"{tmp_path}/masks/**/*.png"}
    for number, given in enumerate(Inputs(*keys) for keys in patterns.items()):
        done = filled(given, tmp_path / str(number))
        assert not any(one.failure for one in done)
        assert names(tmp_path / str(number)) == ["a.jpg", "b.png", "sub/c.png"]
    (root / "b_mask.png").unlink()
    with pytest.raises(InputError, match=r"no mask lies beside 1 of 3 images: b\.png: give masks=PATH"):
        Inputs(str(root), None).sources()


def test_two_images_of_one_name(images: Images, masks: Images, tmp_path: Path) -> None:
    root, mask = images("a.gif", "a.jpg", "a.png"), masks("m.png") / "m.png"
    done = filled(Inputs(str(root), str(mask)), tmp_path / "out")
    assert [one.failure for one in done[:2]] == ["", ""]
    assert done[2].failure == "images: a.gif and a.png would both become a.png: rename one"
    assert names(tmp_path / "out") == ["a.jpg", "a.png"]


def test_links_out_of_the_folders_are_named(images: Images, masks: Images, tmp_path: Path) -> None:
    root, mask = images("a.png", "sub/b.png"), masks("m.png") / "m.png"
    images("c.png", folder="elsewhere")
    (root / "c.png").symlink_to(tmp_path / "elsewhere" / "c.png")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sub").symlink_to(tmp_path / "elsewhere")
    done = filled(Inputs(str(root), str(mask)), tmp_path / "out")
    assert [one.notes for one in done] == [(), ("lies in another folder, to which a link leads",), ()]
    assert [bool(one.failure) for one in done] == [False, False, True]
    assert "sub/b.png out of" in done[2].failure
    assert names(tmp_path / "elsewhere") == ["c.png"]


def test_results_replace_no_input(images: Images, masks: Images, tmp_path: Path) -> None:
    given = Inputs(f"{images('a.png')}/*.png", str(masks("a.png")))
    works = [one for one in plan(given, as_png=False) if isinstance(one, Work)]
    for folder in ("images", "images/out", "masks"):
        with pytest.raises(InputError, match="which is read: choose another folder"):
            refuse_inputs(tmp_path / folder, given, works)


def test_results_are_the_same_whatever_the_threads_do(images: Images, masks: Images, tmp_path: Path) -> None:
    given, main = Inputs(str(images(*NAMES)), str(masks(*NAMES))), threading.get_ident()

    def fill(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
        assert threading.get_ident() == main  # networks, progress and Ctrl-C belong to it
        return Negative()(image, hole)

    assert [one.name for one in filled(given, tmp_path / "one", fill)] == NAMES
    filled(given, tmp_path / "two", fill)
    for name in (*NAMES, f"{FOLDER}/0.jsonl"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
