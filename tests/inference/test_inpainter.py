import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import inpaint_zoo
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods.fills import FILLS, fill_telea
from inpaint_zoo.inference.inpainter import inpaint, load
from inpaint_zoo.models.weights import converted

RGB = np.random.RandomState(0).randint(0, 256, (30, 40, 3), dtype=np.uint8)
HOLE = np.zeros((30, 40), bool)
HOLE[10:20, 12:22] = True
TELEA = fill_telea(RGB, HOLE)


def telea(image: Any, mask: Any, **options: Any) -> Any:
    return inpaint(image, mask, model="opencv_telea", **options)


def test_the_package_offers_the_door_without_importing_it() -> None:
    assert inpaint_zoo.inpaint is inpaint
    assert inpaint_zoo.load is load
    code = "import inpaint_zoo, sys; dir(inpaint_zoo); assert not {'torch', 'numpy', 'PIL'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "mask",
    [
        HOLE,
        HOLE.astype(np.uint8),
        HOLE.astype(np.uint8) * 255,
        HOLE.astype(np.float32),
        HOLE[None],
        torch.from_numpy(HOLE),
        torch.from_numpy(HOLE)[None].float(),
        Image.fromarray(HOLE),
        Image.fromarray(HOLE.astype(np.uint8) * 255),
        [HOLE],
    ],
)
def test_masks_of_all_forms_say_the_same(mask: Any) -> None:
    assert np.array_equal(telea(RGB, mask), TELEA)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", ["hw", "hwc", "nhwc"])
def test_arrays_come_back_as_they_were(dtype: Any, shape: str) -> None:
    values = np.random.RandomState(0).rand(30, 40, 3)
    white = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1
    image = (values * white).astype(dtype)
    image = {"hw": image[..., 0], "hwc": image, "nhwc": np.stack([image, image[::-1]])}[shape]
    before = image.copy()
    filled = telea(image, HOLE)
    assert (filled.dtype, filled.shape) == (image.dtype, image.shape)
    changed = filled != image
    spatial = changed if shape == "hw" else changed.any(axis=-1)
    assert not spatial[..., ~HOLE].any()
    assert spatial[..., HOLE].mean() > 0.9
    assert np.array_equal(image, before)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "I;16"])
def test_pil_images_come_back_as_they_were(mode: str) -> None:
    levels = RGB[..., 0].astype(np.uint16) * 257
    image = Image.fromarray(levels) if mode == "I;16" else Image.fromarray(RGB).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.fromarray(RGB[..., 1]))
    filled = telea(image, Image.fromarray(HOLE))
    assert (filled.mode, filled.size) == (mode, image.size)
    assert np.array_equal(np.array(filled)[~HOLE], np.array(image)[~HOLE])
    assert not np.array_equal(np.array(filled)[HOLE], np.array(image)[HOLE])
    if mode == "RGBA":
        assert np.array_equal(np.array(filled)[..., 3], RGB[..., 1])
        assert np.array_equal(np.array(filled)[..., :3], TELEA)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32, torch.float64, torch.float16])
@pytest.mark.parametrize("batch", [False, True])
def test_tensors_come_back_as_they_were(dtype: torch.dtype, batch: bool) -> None:
    image = torch.from_numpy(RGB).permute(2, 0, 1)
    image = (image if dtype == torch.uint8 else image / 255).to(dtype)
    image = torch.stack([image, image.flip(1)]) if batch else image
    mask = torch.from_numpy(HOLE)[None]
    filled = telea(image, torch.stack([mask, mask]) if batch else mask)
    assert (filled.dtype, filled.shape) == (image.dtype, image.shape)
    assert torch.equal(filled[..., ~torch.from_numpy(HOLE)], image[..., ~torch.from_numpy(HOLE)])
    first = filled[0] if batch else filled
    levels = first if dtype == torch.uint8 else first.float() * 255
    assert np.abs(levels.permute(1, 2, 0).numpy().astype(float) - TELEA).max() <= (
        0.2 if dtype == torch.float16 else 1e-3
    )


def test_lists_may_differ_in_size_and_form() -> None:
    images = [RGB, Image.fromarray(RGB[:20]), torch.zeros(3, 8, 8)]
    filled = telea(images, [HOLE, HOLE[:20], np.eye(8, dtype=bool)])
    assert [type(one) for one in filled] == [type(one) for one in images]
    assert np.array_equal(filled[0], TELEA)


def test_floats_in_the_hole_may_be_anything() -> None:
    image = RGB / 255
    image[HOLE] = np.nan
    assert np.isfinite(telea(image, HOLE)).all()


@pytest.mark.parametrize(
    ("image", "mask", "message"),
    [
        (RGB.astype(np.float32), HOLE, r"image holds \d+: give floats in \[0, 1\]"),
        (RGB.astype(np.int32), HOLE, "image is of int32: give uint8, uint16, or floats in"),
        (RGB > 0, HOLE, "image is of bool"),
        (RGB[..., :2], HOLE, r"array of \(30, 40, 2\): give \(H, W\), \(H, W, 3\)"),
        (np.dstack([RGB, RGB[..., :1]]), HOLE, r"\(30, 40, 4\)"),
        (torch.zeros(3, 30, 40, device="meta"), HOLE, "image is on the device meta"),
        (torch.zeros(3, 30, 40).to_sparse(), HOLE, "image is sparse: give a dense tensor"),
        (RGB, torch.zeros(30, 40).to_sparse(), "mask is sparse: give a dense tensor"),
        (RGB, HOLE[..., None], r"1 images and 30 masks: .*mask is \(30, 40, 1\): of one with channels, mask\[..., 0\]"),
        ("photo.jpg", HOLE, "image is of str: give a PIL image, a NumPy array"),
        ([], HOLE, "empty list"),
        ([RGB[None].repeat(2, 0)], HOLE, "list with batches"),
        (Image.new("CMYK", (40, 30)), HOLE, r'mode CMYK: give image.convert\("RGB"\)'),
        (torch.zeros(30, 40, 3), HOLE, r"tensor of \(30, 40, 3\): give \(3, H, W\)"),
        (torch.zeros(3, 30, 40, dtype=torch.bfloat16), HOLE, "give image.float"),
        (RGB, HOLE[:20], r"mask is 40x20 and the image 40x30 \(width x height\): resize the mask"),
        (RGB, np.full((30, 40), 0.5), "mask holds 0.5: give 0 for what is known"),
        (RGB, HOLE.astype(np.uint8) * 37, "mask holds 37"),
        (RGB, HOLE.astype(np.uint8) * 255 + np.eye(30, 40, dtype=np.uint8), "mask holds both 1 and 255: give 0"),
        (RGB, HOLE.astype(np.uint8) + 254 * np.eye(30, 40, dtype=np.uint8), "mask holds 254: give 0"),
        (RGB, np.maximum(HOLE, 0.3 * np.eye(30, 40)), "mask holds 0.3: give 0 .* > 0.5 for floats"),
        (RGB, np.full((30, 40), "x"), "mask is of <U1"),
        (RGB, "mask.png", "mask is of str"),
        (RGB, np.zeros((30, 40, 3, 2)), r"mask is \(30, 40, 3, 2\): give"),
        (RGB, [HOLE, HOLE], "1 images and 2 masks: give one mask"),
        (RGB, np.ones((30, 40), bool), "all hole"),
        ([RGB, RGB], [HOLE, np.ones((30, 40), bool)], "image 1 of 2: the mask is all hole"),
        ([RGB, RGB[:20]], [HOLE, HOLE], "the mask of image 1 is 40x30"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(image: Any, mask: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as raised:
        telea(image, mask)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": "ctsgd"}, "no model 'ctsgd', did you mean 'ctsdg'"),
        ({"model": "telea"}, "opencv_telea"),
        ({"model": "mean", "weights": "a.ckpt"}, "mean needs none: leave weights out"),
        ({"model": "misf", "weights": "nowhere.ckpt"}, "nowhere.ckpt"),
        ({"model": "nowhere.ckpt"}, "nowhere.ckpt does not exist: give the path of a checkpoint"),
        ({"model": Path("folder/nowhere")}, "nowhere does not exist: give the path of a checkpoint"),
        ({"model": "hf://nobody"}, "hf://nobody"),
        ({"model": ""}, "no model ''"),
        ({"model": None}, "no model 'None'"),
    ],
)
def test_a_model_that_is_none_is_said(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        load(**arguments)


@pytest.mark.parametrize("name", sorted(set(FILLS) - {"patchmatch"}))
def test_classical_fills_are_models(name: str) -> None:
    assert np.array_equal(load(name)(RGB, HOLE), FILLS[name](RGB, HOLE))


def test_weights_that_are_none_are_refused(tmp_path: Path) -> None:
    network = inpaint_zoo.create_model("misf", base_channels=4, num_residual_blocks=1)
    torch.save({f"generator.{name}": value for name, value in network.state_dict().items()}, tmp_path / "x.pt")
    with pytest.raises(InputError):
        load("misf", weights=tmp_path / "x.pt")


def test_a_file_says_what_it_is_of(tmp_path: Path) -> None:
    network = inpaint_zoo.create_model("misf", base_channels=8, num_residual_blocks=1)
    path = tmp_path / "misf.ckpt"
    torch.save(converted("misf", network, {"base_channels": 8, "num_residual_blocks": 1}), path)
    image, mask = torch.rand(3, 40, 40), torch.zeros(40, 40)
    mask[10:20, 10:20] = 1
    assert torch.equal(load(path)(image, mask), load("misf", path)(image, mask))


def test_a_name_is_that_of_a_model_where_a_file_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mean").write_text("no weights")
    monkeypatch.chdir(tmp_path)
    assert np.array_equal(load("mean")(RGB, HOLE), FILLS["mean"](RGB, HOLE))
    with pytest.raises(InputError, match=r"mean (cannot be read as|is not) a checkpoint"):
        load("./mean")


def test_without_weights_a_network_has_the_packaged_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    network = inpaint_zoo.create_model("misf", base_channels=4, num_residual_blocks=1)
    monkeypatch.setattr("inpaint_zoo.inference.inpainter.load_packaged", {"misf": network}.__getitem__)
    fill_holes = load("misf", device="cpu")
    first, second = fill_holes(RGB, HOLE), fill_holes([RGB], HOLE)[0]
    assert np.array_equal(first, second)
    assert np.array_equal(first[~HOLE], RGB[~HOLE])
    assert not np.array_equal(first[HOLE], RGB[HOLE])


def test_an_image_whose_file_is_cut_off_is_told(tmp_path: Path) -> None:
    Image.fromarray(RGB).save(tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:-300])
    with Image.open(tmp_path / "a.png") as image, pytest.raises(InputError, match="image is a PIL image that cannot"):
        telea(image, HOLE)


@pytest.mark.parametrize("blend", [None, True, ["poisson"]])
def test_what_is_no_name_of_a_blend_is_told(blend: Any) -> None:
    with pytest.raises(InputError, match="blend is one of none, feather, poisson; got "):
        telea(RGB, HOLE, blend=blend)
