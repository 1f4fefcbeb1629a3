import json
import subprocess
import venv
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from importlib.metadata import distribution
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from packaging.requirements import Requirement
from PIL import Image

from inpaint_zoo.cli import export
from inpaint_zoo.cli.main import main
from inpaint_zoo.export.onnx_file import run_onnx

Command = Callable[..., Any]
Checkpoint = Callable[[str], Path]
Images = Callable[..., Path]
SCRIPT = Path(__file__).parents[2] / "docs" / "fill_onnx.py"


def needed(*names: str) -> Iterator[str]:
    """Distributions with all that they need."""
    todo, seen = [*names], set[str]()
    while todo:
        if (name := todo.pop()) in seen:
            continue
        seen.add(name)
        yield name
        requirements = map(Requirement, distribution(name).requires or [])
        todo += [one.name for one in requirements if one.marker is None or one.marker.evaluate({"extra": ""})]


@pytest.fixture(scope="module")
def python_without_torch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with onnxruntime, NumPy and Pillow, and nothing else."""
    folder = tmp_path_factory.mktemp("without_torch")
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    for name in needed("onnxruntime", "numpy", "pillow"):
        found = distribution(name)
        for top in {file.parts[0] for file in found.files or [] if file.parts[0] not in ("..", "__pycache__")}:
            (site / top).symlink_to(Path(str(found.locate_file(top))))
    return folder / "bin" / "python"


@pytest.fixture
def pair(images: Images, masks: Images) -> tuple[Path, Path]:
    """A photograph and its mask."""
    return images("a.png") / "a.png", masks("a.png") / "a.png"


@pytest.fixture(scope="module")
def exported(small_checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported") / "misf, 'x'.onnx"
    with redirect_stdout(StringIO()) as out:
        assert main(["export", f"ckpt={small_checkpoint('misf')}", f"output={path}"]) == 0
    assert f"misf in {path}, " in out.getvalue()
    assert "largest difference to the network on noise: " in out.getvalue()
    return path


def test_the_script_of_the_documentation_needs_no_torch(
    exported: Path, python_without_torch: Path, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    (photo, mask), output = pair, tmp_path / "filled.png"
    subprocess.run([python_without_torch, SCRIPT, exported, photo, mask, output], check=True)
    missing = subprocess.run([python_without_torch, "-c", "import torch"], check=False, capture_output=True)
    assert b"No module named 'torch'" in missing.stderr
    image, hole = np.asarray(Image.open(photo).convert("RGB")), np.asarray(Image.open(mask).convert("L")) >= 128
    expected = run_onnx(exported.read_bytes(), image[None], hole[None].astype(np.uint8))[0][0]
    np.testing.assert_array_equal(np.asarray(Image.open(output)), expected)
    assert (expected[hole] != image[hole]).any()


def test_the_script_says_what_is_wrong(
    exported: Path, python_without_torch: Path, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    (photo, mask), output = pair, tmp_path / "filled.png"
    small = tmp_path / "small.png"
    Image.new("L", (9, 8)).save(small)
    wrong = {
        (exported, photo): "python fill_onnx.py",
        (tmp_path / "no.onnx", photo, mask, output): "no.onnx",
        (photo, photo, mask, output): "error: ",
        (exported, tmp_path / "no.png", mask, output): "no.png",
        (exported, exported, mask, output): "cannot identify image file",
        (exported, photo, small, output): f"error: {small} is 9x8, and {photo} is ",
    }
    for arguments, told in wrong.items():
        done = subprocess.run([python_without_torch, SCRIPT, *arguments], check=False, capture_output=True, text=True)
        assert done.returncode == 1
        assert told in done.stderr
        assert "Traceback" not in done.stderr
    assert not output.exists()


def test_the_script_fills_with_both_layouts(
    small_checkpoint: Checkpoint,
    exported: Path,
    python_without_torch: Path,
    pair: tuple[Path, Path],
    tmp_path: Path,
) -> None:
    planes, made = tmp_path / "planes.onnx", []
    assert main(["export", f"ckpt={small_checkpoint('misf')}", "layout=BCHW", f"output={planes}"]) == 0
    photo, mask = pair
    turned = Image.open(photo).transpose(Image.Transpose.ROTATE_90)
    exif = turned.getexif()
    exif[274] = 6
    turned.save(tmp_path / "turned.png", exif=exif)
    for network, image in ((exported, photo), (planes, photo), (exported, tmp_path / "turned.png")):
        subprocess.run([python_without_torch, SCRIPT, network, image, mask, tmp_path / "filled.png"], check=True)
        made.append(np.asarray(Image.open(tmp_path / "filled.png")).astype(int))
    assert abs(made[0] - made[1]).max() <= 1
    assert np.array_equal(made[0], made[2])


def test_a_file_tells_what_it_is(exported: Path) -> None:
    (entry,) = onnx.load(exported).metadata_props
    told = json.loads(entry.value)
    assert (told["model"], told["layout"], told["precision"]) == ("misf", "BHWC", "float32")
    assert len(told["weights_sha256"]) == 64


def test_nothing_is_replaced_unasked(command: Command, exported: Path) -> None:
    before = exported.read_bytes()
    code, _, err = command("export", "model=misf", f"output={exported}")
    assert code == 2
    assert "exists: give force=true" in err
    assert exported.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "model is missing: give model=NAME for packaged weights, or ckpt=FILE"),
        (("model=mis",), "there is no model 'mis', did you mean 'misf'?"),
        (("model=misf", "format=tflite"), "format is one of onnx, torch_export; got 'tflite'"),
        (("model=misf", "precision=float8"), "is one of float32, float16, int8; got 'float8', did you mean"),
        (
            ("model=misf", "format=torch_export", "precision=int8"),
            "precision (format=torch_export) is one of float32; got",
        ),
        (("model=misf", "layout=HWC"), "layout is one of BHWC, BCHW; got 'HWC'"),
        (("ckpt=nowhere.ckpt",), "nowhere.ckpt does not exist"),
    ],
)
def test_mistakes_are_told_in_one_line(command: Command, tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    code, _, err = command("export", *arguments, f"output={tmp_path / 'x.onnx'}")
    assert code == 2
    assert told in err
    assert list(tmp_path.iterdir()) == []


def test_a_graph_that_differs_is_not_written(
    command: Command, small_checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        export.FORMATS, "onnx", (lambda *_: b"", lambda _, image, mask: [image, image + np.nan], {"float32": None})
    )
    code, _, err = command("export", f"ckpt={small_checkpoint('misf')}", f"output={tmp_path / 'x.onnx'}")
    assert code == 2
    assert "the graph differs from the network by nan, so nothing was written" in err
    assert list(tmp_path.iterdir()) == []
