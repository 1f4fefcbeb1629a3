from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from inpaint_zoo.cli import weights
from inpaint_zoo.errors import InputWarning
from inpaint_zoo.evaluation.methods import NetworkMethod, Sample
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.images.arrays import rounded, truncated
from inpaint_zoo.images.reading import read_image, read_mask
from inpaint_zoo.training.runs.lock import run_lock
from inpaint_zoo.zoo import list_models, load_model

Command = Callable[..., Any]
Images = Callable[..., Path]
Checkpoint = Callable[[str], Path]


@pytest.mark.parametrize("name", list_models())
@pytest.mark.parametrize(("width", "height"), [(37, 53), (2, 2), (2, 70), (64, 32)])
def test_any_size_with_known_pixels_untouched(  # noqa: PLR0917
    command: Command, images: Images, masks: Images, small_checkpoint: Checkpoint, tmp_path: Path, name: str,
    width: int, height: int,
) -> None:  # fmt: skip
    image = images("a.png", width=width, height=height) / "a.png"
    mask = masks("a.png", width=width, height=height) / "a.png"
    code, out, err = command(
        "predict", f"ckpt={small_checkpoint(name)}", f"images={image}", f"masks={mask}", f"output={tmp_path / 'out'}"
    )
    assert (code, err) == (0, "")
    assert f"1 image in {tmp_path / 'out'}" in out
    before, after, hole = read_image(image), read_image(tmp_path / "out" / "a.png"), read_mask(mask) >= 128
    assert after.shape == (height, width, 3)
    assert np.array_equal(after[~hole], before[~hole])
    assert not np.array_equal(after[hole], before[hole])


def test_the_hole_of_the_file_is_not_looked_at(
    command: Command, images: Images, masks: Images, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    root, mask = images("a.png"), masks("m.png") / "m.png"
    pixels = read_image(root / "a.png")
    pixels[read_mask(mask) >= 128] = 255 - pixels[read_mask(mask) >= 128]
    Image.fromarray(pixels).save(root / "b.png")
    for name in list_models():
        arguments = [f"ckpt={small_checkpoint(name)}", f"images={root}", f"masks={mask}", f"output={tmp_path / name}"]
        assert command("predict", *arguments).code == 0
        assert (tmp_path / name / "a.png").read_bytes() == (tmp_path / name / "b.png").read_bytes()


@pytest.mark.filterwarnings("ignore:.*masks checked has no hole")
def test_folders_are_paired_by_name_and_names_are_kept(
    command: Command, images: Images, masks: Images, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    names = ["it's (1).jpg", "a,b=[c].png", "sub/Ünï.webp", "2024.png"]
    root, folder = (
        images(*names, folder="my 'images', [1]"),
        masks(*[str(Path(n).with_suffix(".png")) for n in names]),
    )
    Image.fromarray(np.zeros((9, 10), np.uint8)).save(folder / "2024.png")  # no hole, and resized
    output = tmp_path / "out = {x}"
    code, out, err = command(
        "predict", f"ckpt={small_checkpoint('misf')}", f"images={root}", f"masks={folder}", f"output={output}"
    )
    assert (code, err) == (0, "")
    assert "4 images in" in out
    made = {path.relative_to(output).as_posix() for path in output.rglob("[!.]*") if path.is_file()}
    assert made - {".inpaint-zoo/0.jsonl"} == set(names)
    assert np.array_equal(read_image(output / "2024.png"), read_image(root / "2024.png"))


def test_black_holes_and_thresholds(
    command: Command, images: Images, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    image = images("a.png") / "a.png"
    gray = np.full((36, 40), 90, np.uint8)
    gray[10:20, 10:20] = 30
    Image.fromarray(gray).save(tmp_path / "m.png")
    arguments = [f"ckpt={small_checkpoint('misf')}", f"images={image}", f"masks={tmp_path / 'm.png'}"]
    with pytest.warns(UserWarning, match="100% of the pixels are neither black nor white; .* set threshold="):
        assert command("predict", *arguments, f"output={tmp_path}/out", "threshold=60", "invert=true").code == 0
    changed = (read_image(tmp_path / "out" / "a.png") != read_image(image)).any(-1)
    assert not changed[gray == 90].any()
    assert changed[gray == 30].any()


def test_the_composite_is_rounded_and_the_threshold_itself_is_a_hole(
    command: Command, images: Images, masks: Images, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    image, mask, checkpoint = images("a.png") / "a.png", masks("m.png") / "m.png", small_checkpoint("misf")
    files = [f"ckpt={checkpoint}", f"images={image}", f"masks={mask}", "threshold=255"]
    assert command("predict", *files, f"output={tmp_path}/out").code == 0
    sample = Sample("a.png", "a.png", read_image(image), read_mask(mask) == 255)
    composite = NetworkMethod(load_model(checkpoint)[1], torch.device("cpu"))(sample)
    assert np.array_equal(read_image(tmp_path / "out" / "a.png"), rounded(composite))
    assert not np.array_equal(rounded(composite), truncated(composite))


def test_masks_that_look_inverted_are_said_with_the_override(
    command: Command, images: Images, masks: Images, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    mask = masks("m.png") / "m.png"
    Image.fromarray(255 - np.asarray(Image.open(mask))).save(mask)
    arguments = [f"ckpt={small_checkpoint('misf')}", f"images={images('a.png')}", f"masks={mask}"]
    with pytest.warns(UserWarning, match="the masks look inverted; if so, set invert=true"):
        assert command("predict", *arguments, f"output={tmp_path}/out").code == 0


def test_the_names_in_a_published_file_tell_its_model(
    command: Command,
    images: Images,
    masks: Images,
    tmp_path: Path,
    released_state_dict: Callable[[str], dict[str, Any]],
) -> None:
    torch.save({"n_iter": 1, "generator": released_state_dict("ctsdg_generator")}, tmp_path / "released.pth")
    arguments = [f"ckpt={tmp_path / 'released.pth'}", f"images={images('a.png')}", f"masks={masks('a.png')}"]
    assert command("predict", *arguments, f"output={tmp_path}/out").code == 0
    assert (tmp_path / "out" / "a.png").is_file()
    code, _, err = command("predict", *arguments, f"output={tmp_path}/other", "model=misf")
    assert code == 2
    assert "ctsdg" in err


def test_results_of_other_settings_are_replaced_and_counted(
    command: Command, images: Images, masks: Images, tmp_path: Path
) -> None:
    root, mask = images("a.png", "b.png"), masks("m.png") / "m.png"
    given = ("predict", f"images={root}", f"masks={mask}", f"output={tmp_path / 'out'}")
    for method, end in [
        ("mean", f"2 images in {tmp_path / 'out'}\n"),
        ("mean", ", 2 of them from an earlier run\n"),
        ("nearest", ", 2 of them instead of results of other settings or inputs\n"),
    ]:
        assert command(*given, f"model={method}").out.endswith(end)


def test_results_never_go_into_the_folder_of_a_training(
    command: Command, images: Images, masks: Images, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.yaml").write_text("seed: 0\n")
    (tmp_path / "run" / "last.ckpt").touch()
    given = (f"images={images('a.png')}", f"masks={masks('m.png') / 'm.png'}", f"output={tmp_path / 'run'}")
    outcome = command("predict", "model=mean", *given)
    assert outcome.code == 2
    assert f"output: {tmp_path / 'run'} holds a training: give a folder of its own" in outcome.err


@pytest.mark.parametrize(
    ("override", "complaint"),
    [
        ("force=no", "force=no must be true or false"),
        ("invert=null", "invert=null must be true or false"),
        ("threshold=abc", "threshold=abc must be a whole number"),
        ("threshold=127.5", "threshold=127.5 must be a whole number"),
        ("blend=true", "blend is one of none, feather, poisson; got true"),
        ("strategy=[whole]", "strategy is one of auto, whole, crop, tile; got [whole]"),
        ("images=null", "images is missing: give images="),
    ],
)
def test_a_value_of_another_type_is_told(  # noqa: PLR0917
    command: Command, images: Images, masks: Images, tmp_path: Path, override: str, complaint: str
) -> None:
    root, out = images("a.png"), tmp_path / "out"
    out.mkdir()
    (out / "a.png").write_bytes(b"somebody's")
    outcome = command("predict", "model=mean", f"images={root}", f"masks={masks('m.png')}", f"output={out}", override)
    assert outcome.code == 2
    assert outcome.err.startswith(f"inpaint-zoo predict: error: {complaint}")
    assert (out / "a.png").read_bytes() == b"somebody's"


def test_one_command_at_a_time_writes_to_a_folder(
    command: Command, images: Images, masks: Images, tmp_path: Path
) -> None:
    given = ("predict", "model=mean", f"images={images('a.png')}", f"masks={masks('m.png') / 'm.png'}")
    out = tmp_path / "out"
    out.mkdir()
    with run_lock(out):
        outcome = command(*given, f"output={out}")
    assert outcome.code == 2
    assert f"output: another process writes to {out}: wait until it ends, or give another output" in outcome.err
    (out / ".inpaint-zoo").touch()
    outcome = command(*given, f"output={out}")
    assert outcome.code == 2
    assert f"cannot make the folder {out / '.inpaint-zoo'} (File exists)" in outcome.err


def test_a_mask_that_lies_across_its_image_is_not_stretched(command: Command, images: Images, tmp_path: Path) -> None:
    root, masks = images("a.png"), tmp_path / "turned"
    masks.mkdir()
    height, width = read_image(root / "a.png").shape[:2]
    assert height != width
    Image.new("L", (height, width)).save(masks / "a.png")
    outcome = command("predict", "model=mean", f"images={root}", f"masks={masks}", f"output={tmp_path / 'out'}")
    assert outcome.code == 2
    assert "masks from a folder are resized, but not turned" in outcome.err


@pytest.mark.parametrize("method", ["mean", "nearest", "opencv_telea"])
def test_a_fill_needs_no_network(command: Command, images: Images, masks: Images, tmp_path: Path, method: str) -> None:
    root, mask = images("a.png"), masks("m.png") / "m.png"
    found = command("predict", f"model={method}", f"images={root}", f"masks={mask}", f"output={tmp_path / 'out'}")
    assert (found.code, found.err) == (0, "")
    before, hole = read_image(root / "a.png"), read_mask(mask) >= 128
    assert np.array_equal(read_image(tmp_path / "out" / "a.png"), FILLS[method](before, hole))


def test_what_could_fill_is_named(command: Command, images: Images, masks: Images, tmp_path: Path) -> None:
    places = [f"images={images('a.png')}", f"masks={masks('a.png')}", f"output={tmp_path / 'out'}"]
    for words, reason in (
        ([], "model is missing: give ckpt=FILE, a checkpoint of a run or a published file, or model=NAME"),
        ([], "opencv_telea"),
        (["model=opencv_tela"], "did you mean 'opencv_telea'?"),
        (["model=mean", "ckpt=x.ckpt"], "give one of them"),
        (["model=mean", "precision=bf16"], "precision=bf16 concerns networks of this package, and mean is none"),
    ):
        code, _, err = command("predict", *places, *words)
        assert code == 2
        assert err.count("\n") == 1
        assert reason in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("is_there", [True, False])
def test_without_a_checkpoint_the_packaged_weights_are_taken(  # noqa: PLR0917
    command: Command, images: Images, masks: Images, small_checkpoint: Checkpoint, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, is_there: bool,
) -> None:  # fmt: skip
    path = small_checkpoint("misf") if is_there else None
    monkeypatch.setattr(weights, "packaged_weights", lambda name: path)
    arguments = [f"images={images('a.png')}", f"masks={masks('a.png')}", f"output={tmp_path / 'out'}"]
    code, out, err = command("predict", "model=misf", *arguments)
    if is_there:
        assert (code, err) == (0, "")
        assert out.startswith("misf with the weights that come with the package (ckpt=FILE takes others)\n")
    else:
        assert code == 2
        assert "no weights of misf come with the package: give ckpt=FILE" in err


def test_a_diverged_network_is_named_with_the_image(
    command: Command, images: Images, masks: Images, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    content = torch.load(small_checkpoint("misf"), weights_only=True)
    content["state_dict"] = {
        key: value * 1e30 if value.ndim == 4 else value for key, value in content["state_dict"].items()
    }
    torch.save(content, tmp_path / "bad.ckpt")
    places = [f"images={images('a.png')}", f"masks={masks('a.png')}", f"output={tmp_path / 'out'}"]
    code, _, err = command("predict", f"ckpt={tmp_path / 'bad.ckpt'}", *places)
    assert code == 2
    assert "error: a.png: the image holds NaN or infinity: the network that made it has diverged" in err


@pytest.fixture
def prediction(
    command: Command, images: Images, masks: Images, small_checkpoint: Checkpoint, tmp_path: Path
) -> Callable[..., Any]:
    """Run predict on two images and their masks; keys replace its own."""
    images("0.png", "1.png")
    masks("0.png", "1.png")

    def run(output: str, **changed: str) -> Any:
        given = {"images": "images", "masks": "masks"} | changed
        paths = [f"{key}={tmp_path / value}" for key, value in given.items()]
        return command("predict", f"ckpt={small_checkpoint('misf')}", *paths, f"output={tmp_path / output}")

    return run


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("output", "changed"),
    [
        ("images", {}),
        ("masks", {}),
        ("images/out", {}),
        ("masks/out", {"images": "images/0.png"}),
        ("images/out", {"masks": "masks/0.png"}),
        ("images", {"images": "images/0.png", "masks": "masks/0.png"}),
        ("masks", {"images": "images/0.png", "masks": "masks/0.png"}),
        ("link", {}),
        ("link/out", {}),
        ("links", {"images": "images/0.png", "masks": "masks/0.png"}),
        ("linked", {"images": "linking", "masks": "masks/0.png"}),
    ],
)
def test_neither_images_nor_masks_are_overwritten_or_joined(
    prediction: Callable[..., Any], tmp_path: Path, output: str, changed: dict[str, str]
) -> None:
    (tmp_path / "link").symlink_to("images")  # the folder of images, by another name
    for name in ("links", "linked", "linking"):
        (tmp_path / name).mkdir()
    (tmp_path / "links" / "0.png").symlink_to("../images/0.png")  # in place of a result
    (tmp_path / "linked" / "1.png").write_bytes((tmp_path / "images" / "1.png").read_bytes())
    (tmp_path / "linking" / "sub").symlink_to("../linked")  # a folder of images that leads to the results
    before = contents(tmp_path)
    code, _, err = prediction(output, **changed)
    assert (code, err.count("\n")) == (2, 1)
    assert "error: output: " in err
    assert contents(tmp_path) == before


def test_two_masks_of_one_name_are_refused(prediction: Callable[..., Any], tmp_path: Path) -> None:
    Image.open(tmp_path / "masks" / "1.png").save(tmp_path / "masks" / "1.bmp")
    code, _, err = prediction("out")
    assert code == 2
    assert "masks: 1.bmp and 1.png have one name" in err
    assert not (tmp_path / "out").exists()


def test_masks_of_other_names_are_shown(prediction: Callable[..., Any], tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / "masks" / f"{number}.png").rename(tmp_path / "masks" / f"m{number}.png")
    code, _, err = prediction("out")
    assert code == 2
    assert "no mask of the same name for 2 of 2 images: 0.png, 1.png (there are m0.png, m1.png)" in err


def test_a_mask_in_a_folder_of_another_image_is_not_taken(
    prediction: Callable[..., Any], images: Images, masks: Images
) -> None:
    images("x/0.png", "y/0.png", folder="sorted")
    masks("x/0.png", folder="partly")
    code, _, err = prediction("out", images="sorted", masks="partly")
    assert code == 2
    assert "no mask of the same name for 1 of 2 images: y/0.png" in err


def test_every_doubtful_mask_is_named(
    prediction: Callable[..., Any], images: Images, masks: Images, tmp_path: Path
) -> None:
    names = [f"{number:02}.png" for number in range(20)]
    images(*names, folder="many")
    folder = masks(*names, folder="their")
    for name in ("17.png", "19.png"):
        Image.fromarray(255 - read_mask(folder / name)).save(folder / name)
    with pytest.warns(InputWarning, match=r"2 of 20 masks checked look inverted \(.*17\.png: .*19\.png: .*%"):
        assert prediction("out", images="many", masks="their").code == 0


@pytest.mark.parametrize("key", ["images", "masks"])
def test_a_path_that_does_not_exist_is_named_with_its_key(prediction: Callable[..., Any], key: str) -> None:
    code, _, err = prediction("out", **{key: "nowhere"})
    assert code == 2
    assert f"error: {key}: " in err
    assert f"nowhere' does not exist: give {key}=FILE, or {key}=DIR" in err


def test_masks_beside_their_images_are_taken_for_them(
    command: Command, images: Images, masks: Images, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    folder = images("a.jpg", "b.png", folder="together")
    masks("a_mask.png", "b_mask.png", folder="together")
    arguments = [f"ckpt={small_checkpoint('misf')}", f"images={folder}", f"masks={folder}", f"output={tmp_path / 'o'}"]
    with pytest.warns(InputWarning) as caught:
        assert command("predict", *arguments).code == 0
    assert len([each for each in caught if "_mask" in str(each.message)]) == 2
    assert sorted(path.name for path in (tmp_path / "o").glob("[!.]*")) == ["a.jpg", "b.png"]
    before, after, hole = (
        read_image(folder / "b.png"),
        read_image(tmp_path / "o/b.png"),
        read_mask(folder / "b_mask.png"),
    )
    assert np.array_equal(after[hole < 128], before[hole < 128])


def test_an_image_is_not_its_own_mask(
    command: Command, images: Images, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    folder = images("a.png", "b.png")
    for image, mask in ((folder, folder), (folder / "a.png", folder / "a.png")):
        arguments = [f"ckpt={small_checkpoint('misf')}", f"images={image}", f"masks={mask}"]
        code, _, err = command("predict", *arguments, f"output={tmp_path / 'out'}")
        assert (code, err.count("\n")) == (2, 1)
        assert "a.png' is the image itself, not its mask: give another folder, or call masks a_mask.png" in err
    assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())


def test_masks_are_not_stretched_over_a_photograph_that_exif_turns(
    command: Command, images: Images, masks: Images, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    root, folder = images("a.png"), masks("a.png")
    exif = Image.Exif()
    for orientation in (6, 3):
        exif[0x0112] = orientation
        Image.open(root / "a.png").save(root / "a.png", exif=exif)
        arguments = [
            f"ckpt={small_checkpoint('misf')}",
            f"images={root}",
            f"masks={folder}",
            f"output={tmp_path / 'o'}",
        ]
        if orientation == 6:
            assert "a.png is turned by its EXIF orientation 6 to 36x40" in command("predict", *arguments).err
        else:
            with pytest.warns(InputWarning, match=r"mirrored by their EXIF orientation, .*: a\.png \(3\)"):
                assert command("predict", *arguments).code == 0
