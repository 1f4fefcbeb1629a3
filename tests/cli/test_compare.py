import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputWarning
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.images.reading import read_image, read_mask
from inpaint_zoo.metrics.records import read_records

Command = Callable[..., Any]
Images = Callable[..., Path]
Checkpoint = Callable[[str], Path]


@pytest.fixture
def compare(command: Command, tmp_path: Path) -> Command:
    def run(*arguments: object) -> Any:
        settings = ["data.size=32", "data.num_workers=0", "lpips=false", "costs=false", f"output={tmp_path / 'out'}"]
        return command("compare", *settings, *arguments)

    return run


def test_everything_side_by_side(
    compare: Command, images: Images, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    root = images("a, 'x'.png", "sub/b.png", "Ü.png")
    other = images("a, 'x'.png", "sub/b.jpg", "Ü.png", folder="other [1]", width=32, height=32)
    fills = [f"methods.{fill}={fill}" for fill in FILLS]
    networks = [f"methods.{name}={small_checkpoint(name)}" for name in ("misf", "ctsdg")]
    code, out, err = compare(f"data.root={root}", *networks, *fills, f"methods.theirs={other}", "title=All of them")
    assert (code, err) == (0, "")
    output = tmp_path / "out"
    titles = ["misf", "ctsdg", *FILLS, "theirs"]
    names = {path.name for path in output.iterdir()}
    assert names == {
        "records.csv", "summary.json", "table.csv", "table.md", "table.tex", "table_column.tex", "grid.png",
        "report.html", "images", "results.json", "manifest.json", "evaluated",
    }  # fmt: skip
    records = read_records(output / "records.csv")
    assert [record.method for record in records] == titles * 3
    # what a folder holds is evaluated as it is; what this program fills keeps its known pixels
    assert {record.method for record in records if record.metrics["known_psnr"] != 100} == {"theirs"}
    assert "theirs changed known pixels in 3 of 3 images" in out
    assert {path.name for path in (output / "images").iterdir()} == {"original", "mask", *titles}
    assert (output / "table.md").read_text().startswith("# All of them\n")
    assert "LPIPS was switched off" in out
    assert f"report: {output / 'report.html'}" in out
    hole = read_mask(output / "images" / "mask" / "Ü.png") == 255
    original, filled = (read_image(output / "images" / folder / "Ü.png") for folder in ("original", "theirs"))
    assert np.array_equal(filled[~hole], original[~hole])
    assert np.array_equal(filled[hole], read_image(other / "Ü.png")[hole])


def test_methods_as_one_mapping(compare: Command, images: Images, tmp_path: Path) -> None:
    assert compare(f"data.root={images('a.png')}", "methods={telea: opencv_telea, mean fill: mean}").code == 0
    assert [record.method for record in read_records(tmp_path / "out" / "records.csv")] == ["telea", "mean fill"]


def test_a_package_of_another_name_has_no_version(
    compare: Command, images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inpaint_zoo.cli.compare.REPORTED_VERSIONS", ("torch", "opencv-python-of-another-name"))
    assert compare(f"data.root={images('a.png')}", "methods.telea=opencv_telea").code == 0
    assert "opencv-python-of-another-name" in (tmp_path / "out" / "report.html").read_text()


def test_all_methods_see_the_same_holes_in_every_run(compare: Command, images: Images, tmp_path: Path) -> None:
    root = images("a.png", "b.png")
    masks = []
    for fill in ("mean", "opencv_telea"):
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        assert compare(f"data.root={root}", f"methods.x={fill}").code == 0
        masks.append([path.read_bytes() for path in sorted((tmp_path / "out" / "images" / "mask").iterdir())])
    assert masks[0] == masks[1]


def refused(outcome: Any, folder: Path) -> str:
    code, _, err = outcome
    assert code == 2
    assert err.count("\n") == 1
    assert not folder.exists()
    return str(err)


def test_a_folder_that_lacks_images_is_named_with_them(compare: Command, images: Images, tmp_path: Path) -> None:
    root, other = images("a.png", "b.png", "c.png"), images("b.png", folder="other", width=32, height=32)
    err = refused(compare(f"data.root={root}", f"methods.theirs={other}"), tmp_path / "out")
    assert f"methods.theirs: {other} lacks 2 of 3 images: a.png, c.png (there are b.png)" in err


def test_an_image_of_another_size_leaves_nothing_behind(compare: Command, images: Images, tmp_path: Path) -> None:
    root, other = images("a.png", "b.png"), images("a.png", "b.png", folder="other", width=32, height=32)
    Image.new("RGB", (30, 20)).save(other / "b.png")
    err = refused(compare(f"data.root={root}", f"methods.theirs={other}"), tmp_path / "out")
    assert "methods.theirs: 1 of 2 images have another size: b.png (30x20 instead of 32x32)" in err


def test_a_failure_keeps_what_was_in_the_folder(compare: Command, images: Images, tmp_path: Path) -> None:
    root, other = images("a.png"), images("a.png", folder="other")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x")
    assert compare(f"data.root={root}", f"methods.theirs={other}").code == 2
    assert (tmp_path / "out" / "mine.txt").read_text() == "x"


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("methods.x=opencv_tela", "methods.x: 'opencv_tela' is not a file, a folder or one of mean, nearest, opencv_"),
        ("methods.original=mean", "methods.original: the name becomes a folder"),
        ("methods={../x: mean}", "methods.../x: the name becomes a folder"),
        ("methods={}", "methods is empty"),
    ],
)
def test_methods_that_cannot_be(compare: Command, images: Images, tmp_path: Path, method: str, reason: str) -> None:
    assert reason in refused(compare(f"data.root={images('a.png')}", method), tmp_path / "out")


def test_results_are_not_written_into_evaluated_folders(command: Command, images: Images, tmp_path: Path) -> None:
    root, theirs = images("a.png"), images("a.png", folder="theirs")
    common = ["compare", f"data.root={root}", f"methods.theirs={theirs}"]
    for folder, key in ((root, "data.root"), (root / "sub", "data.root"), (theirs, "methods.theirs")):
        outcome = command(*common, f"output={folder}")
        assert outcome.code == 2
        assert f"lies in {key}=" in outcome.err
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["a.png", "a.png"]


def test_results_from_elsewhere_are_not_written_over(command: Command, images: Images, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "records.csv").write_text("mine")
    outcome = command("compare", f"data.root={images('a.png')}", "methods.mean=mean", f"output={tmp_path / 'out'}")
    assert outcome.code == 2
    assert "holds records.csv, which this verb has not written" in outcome.err
    assert (tmp_path / "out" / "records.csv").read_text() == "mine"
    images("a.png", folder="new/images/mean")
    outcome = command("compare", f"data.root={tmp_path / 'images'}", "methods.mean=mean", f"output={tmp_path / 'new'}")
    assert "holds images/mean/a.png, which this verb has not written" in outcome.err
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.yaml").touch()
    for verb in (("compare", "methods.mean=mean"), ("evaluate", f"ckpt={tmp_path / 'run' / 'config.yaml'}")):
        outcome = command(*verb, f"data.root={tmp_path / 'images'}", f"output={tmp_path / 'run'}")
        assert f"output: {tmp_path / 'run'} holds a training: give a folder of its own" in outcome.err


def test_a_reference_that_is_no_method_is_refused(command, images, tmp_path):
    outcome = command(
        "compare",
        "methods={telea: opencv_telea}",
        "reference=tela",
        f"data.root={images('a.png')}",
        f"output={tmp_path / 'o'}",
    )
    assert outcome.code == 2
    assert "did you mean 'telea'" in outcome.err
    assert not (tmp_path / "o").exists()


@pytest.fixture
def quadruples(images: Images, masks: Images) -> dict[str, Path]:
    """Images of several sizes with their masks and what another tool made of them, as a paper publishes them."""
    folders: dict[str, Path] = {}
    for number, side in enumerate((512, 130, 67)):
        size = {"width": side, "height": side + 3}
        folders["images"] = images(f"{number}.png", folder="images", **size)
        folders["outputs"] = images(f"{number}.jpg", folder="outputs", **size)
        folders["masks"] = masks(f"{number}.png", **size)
    return folders


def test_published_quadruples_are_scored_as_they_are(
    command: Command, quadruples: dict[str, Path], tmp_path: Path
) -> None:
    arguments = [
        f"data.root={quadruples['images']}", "mask=paired", f"mask.root={quadruples['masks']}", "size=native",
        f"methods.theirs={quadruples['outputs']}", "lpips=false", "data.num_workers=0", f"output={tmp_path / 'out'}",
    ]  # fmt: skip
    assert command("compare", *arguments).code == 0
    records = read_records(tmp_path / "out" / "records.csv")
    assert [record.name for record in records] == ["0.png", "1.png", "2.png"]
    for record in records:
        image, mask = (read(quadruples[name] / record.name) for name, read in
                       (("images", read_image), ("masks", read_mask)))  # fmt: skip
        output = read_image(quadruples["outputs"] / f"{record.name[0]}.jpg")
        assert record.ratio == (mask == 255).mean()
        error = (image[mask == 255].astype(float) - output[mask == 255]) ** 2
        assert record.metrics["hole_psnr"] == pytest.approx(10 * np.log10(255**2 / error.mean()), abs=1e-5)


def test_a_paired_mask_of_another_size_is_no_mask_of_a_native_image(
    command: Command, quadruples: dict[str, Path], tmp_path: Path
) -> None:
    Image.new("L", (64, 64), 255).save(quadruples["masks"] / "2.png")
    outcome = command(
        "compare", f"data.root={quadruples['images']}", "mask=paired", f"mask.root={quadruples['masks']}",
        "size=native", "methods.mean=mean", "lpips=false", "data.num_workers=0", f"output={tmp_path / 'out'}",
    )  # fmt: skip
    assert outcome.code == 2
    assert "2.png" in outcome.err
    assert "make the mask as large as the image" in outcome.err
    assert "under size=native: size=SIDE" in outcome.err  # mask.resizing is the protocol's here
    assert not (tmp_path / "out").exists()


def test_a_manifest_holds_images_and_masks_to_their_hashes(command: Command, images: Images, tmp_path: Path) -> None:
    root, manifest = images("a.png", "b.png", "c.png"), tmp_path / "set.json"
    common = [f"data.root={root}", "data.size=32", "data.num_workers=0"]
    assert command("data", "manifest", *common, f"output={manifest}").code == 0
    images("0 another.png")  # which shifts nobody's mask
    arguments = [f"manifest={manifest}", "size=32", "methods.mean=mean", "lpips=false", "costs=false"]
    outcome = command("compare", *arguments, f"output={tmp_path / 'out'}")
    assert (outcome.code, outcome.err) == (0, "")
    assert [record.name for record in read_records(tmp_path / "out" / "records.csv")] == ["a.png", "b.png", "c.png"]
    Image.new("RGB", (40, 36)).save(root / "b.png")
    (root / "c.png").rename(root / "d.png")
    outcome = command("compare", *arguments, f"output={tmp_path / 'again'}")
    assert outcome.code == 2
    assert "c.png" in outcome.err
    (root / "d.png").rename(root / "c.png")
    outcome = command("compare", *arguments, f"output={tmp_path / 'again'}")
    assert outcome.code == 2
    assert "b.png (image)" in outcome.err
    outcome = command("compare", *arguments, "protocol=misf", f"output={tmp_path / 'again'}")
    assert outcome.code == 2
    assert "was made with StandardProtocol at size 32" in outcome.err
    assert not (tmp_path / "again").exists()


@pytest.mark.filterwarnings("ignore:.*masks checked looks inverted")  # what is cut out of it does
@pytest.mark.parametrize("protocol", ["standard", "misf", "madf"])
def test_paired_masks_are_cut_as_their_images_are(
    command: Command, quadruples: dict[str, Path], tmp_path: Path, protocol: str
) -> None:
    wide, hole = np.full((40, 80, 3), 90, np.uint8), np.zeros((40, 80), np.uint8)
    wide[10:30, 30:50], hole[4:36, 20:60] = 200, 255
    for name, image in (("images", wide), ("masks", hole)):
        Image.fromarray(image).save(quadruples[name] / "0.png")
    arguments = [
        f"data.root={quadruples['images']}", "mask=paired", f"mask.root={quadruples['masks']}", "size=20",
        "methods.mean=mean", "lpips=false", "costs=false", "data.num_workers=0", f"output={tmp_path / 'out'}",
    ]  # fmt: skip
    assert command("compare", *arguments, f"protocol={protocol}").code == 0
    with Image.open(tmp_path / "out" / "images" / "mean" / "0.png") as written:
        filled = np.asarray(written.convert("RGB"))
    assert np.abs(filled.astype(int) - 90).max() <= 2  # nothing bright is left, for it was all in the hole


def test_a_paired_mask_of_other_proportions_belongs_to_another_image(
    command: Command, quadruples: dict[str, Path], tmp_path: Path
) -> None:
    Image.new("L", (64, 32), 255).save(quadruples["masks"] / "2.png")
    arguments = [
        f"data.root={quadruples['images']}", "mask=paired", f"mask.root={quadruples['masks']}", "size=32",
        "methods.mean=mean", "lpips=false", "costs=false", "data.num_workers=0", f"output={tmp_path / 'out'}",
    ]  # fmt: skip
    assert "1 of 3 masks have neither the proportions" in refused(command("compare", *arguments), tmp_path / "out")


@pytest.mark.parametrize("part", ["", "/images", "/images/mean", "/images/new"])
def test_results_are_not_written_over_what_is_compared(
    compare: Command, images: Images, tmp_path: Path, part: str
) -> None:
    root = images("a.png", "b.png", width=32, height=32)
    assert compare(f"data.root={root}", "methods.mean=mean").code == 0
    (tmp_path / "out" / "images" / "new").symlink_to(root)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.png")}
    code, _, err = compare(f"data.root={root}", f"methods.new={tmp_path / 'out'}{part}", "methods.again=mean")
    assert (code, err.count("\n")) == (2, 1)
    assert "error: output: " in err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.png")} == before


def test_images_of_a_list_are_not_written_over(compare: Command, images: Images, tmp_path: Path) -> None:
    root = images("a.png", folder="out/images/original")
    (tmp_path / "list.txt").write_text(f"{root / 'a.png'}\n")
    code, _, err = compare("data=list", f"data.test={tmp_path / 'list.txt'}", "methods.mean=mean")
    assert code == 2
    assert "output: an input=" in err
    assert "where results are written: choose another folder" in err


def test_masks_of_a_comparison_are_named_if_they_are_doubtful(
    compare: Command, images: Images, masks: Images, tmp_path: Path
) -> None:
    names = [f"{number:02}.png" for number in range(40)]
    folder = masks(*names)
    for name in ("01.png", "38.png"):
        Image.fromarray(255 - np.asarray(Image.open(folder / name))).save(folder / name)
    with pytest.warns(InputWarning, match=r"^mask\.root: 2 of 40 masks checked look inverted \(01\.png: .*, 38\.png"):
        assert compare(f"data.root={images(*names)}", "mask=paired", f"mask.root={folder}", "methods.x=mean").code == 0


@pytest.mark.parametrize("methods", ["opencv_telea", "null"])
def test_methods_without_names_are_refused(command: Command, tmp_path: Path, methods: str) -> None:
    outcome = command("compare", f"methods={methods}", "data=photographs", f"output={tmp_path / 'out'}")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "error: methods: give methods.NAME=VALUE" in outcome.err


def test_results_of_others_by_their_own_names_with_seeds_and_a_figure(
    compare: Command, images: Images, command: Command, tmp_path: Path
) -> None:
    root = images("a.png", "b.png")
    one = images("a_out.png", "b_out.png", "a_mask.png", folder="one", width=32, height=32)
    two = images("r/a.png", "r/b.png", folder="two", width=32, height=32)
    methods = [f"methods.x@0={one}", f"methods.x@1={two}", "methods.mean=mean"]
    figure = ["figure.images=[b.png]", "figure.crops=[[1,2,8,8]]"]
    code, out, err = compare(f"data.root={root}", *methods, "match.x@0={name}_out.png", *figure)
    assert code == 0, err
    assert "Means over seeds" in out
    assert {"figure.png", "figure.pdf", "table_column.tex"} <= {path.name for path in (tmp_path / "out").iterdir()}
    assert command("verify", tmp_path / "out" / "results.json").code == 0


def test_a_pattern_for_no_folder_and_a_figure_of_nothing_are_refused_before_anything_is_filled(
    compare: Command, images: Images, tmp_path: Path
) -> None:
    root = images("a.png", "b.png")
    for argument, message in (
        ("match={name}_out.png", "match={name}_out.png is for folders of images, and no method is one"),
        ("match.men={name}_out.png", "match.men: no method of this name is a folder"),
        ("figure.images=[c.png]", "figure.images: 'c.png' is none of those that are compared"),
    ):
        code, _, err = compare(f"data.root={root}", "methods.mean=mean", argument)
        assert code == 2
        assert message in err
    assert not (tmp_path / "out" / "records.csv").exists()
