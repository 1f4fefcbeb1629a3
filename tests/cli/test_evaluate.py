import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.files.hashing import file_hash
from inpaint_zoo.images.reading import read_image, read_mask
from inpaint_zoo.images.resizing import resize_mask
from inpaint_zoo.metrics import STANDARD_METRICS
from inpaint_zoo.metrics.records import read_records
from inpaint_zoo.metrics.score import METRICS, score
from inpaint_zoo.zoo import list_models

Command = Callable[..., Any]
Images = Callable[..., Path]


@pytest.mark.parametrize("name", list_models())
def test_records_summary_and_table(
    command: Command, images: Images, small_checkpoint: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    root, output = images("b.png", "sub/a, 'x'.jpg", "Ü.png"), tmp_path / "out, [1]"
    arguments = [f"ckpt={small_checkpoint(name)}", f"data.root={root}", f"output={output}", "data.num_workers=0"]
    code, out, err = command("evaluate", *arguments, "data.size=32", "lpips=false", "data.eval_repeats=2")
    assert (code, err) == (0, "")
    assert {path.name for path in output.iterdir()} == {
        "records.csv", "summary.json", "results.json", "table.md", "evaluated",
    }  # fmt: skip
    records = read_records(output / "records.csv")
    assert [record.name for record in records] == [
        "b@1.png", "b@2.png", "sub/a, 'x'@1.jpg", "sub/a, 'x'@2.jpg", "Ü@1.png", "Ü@2.png",
    ]  # fmt: skip
    bins = ["0-20", "20-40", "40-60"]
    for first, second in zip(records[::2], records[1::2], strict=True):
        assert bins.index(second.bin) == (bins.index(first.bin) + 1) % 3
    for record in records:
        assert record.method == name
        assert record.metrics["known_psnr"] == 100
        assert record.metrics["lpips"] is None
    overall = next(row for row in json.loads((output / "summary.json").read_text()) if row["bin"] == "all")
    assert overall["num_images"] == 6
    assert overall["means"]["psnr"] == pytest.approx(np.mean([record.metrics["psnr"] for record in records]))
    assert "LPIPS was switched off" in out
    assert "LPIPS was switched off" in (output / "table.md").read_text()


def test_without_its_weights_the_lpips_column_says_so(
    command: Command, images: Images, small_checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    arguments = [f"ckpt={small_checkpoint('misf')}", f"data.root={images('a.png')}", "data.num_workers=0"]
    code, out, err = command("evaluate", *arguments, f"output={tmp_path / 'out'}", "data.size=32")
    assert (code, err) == (0, "")
    sentence = "LPIPS is not available: AlexNet's ImageNet weights could not be loaded (tests use no network)."
    assert sentence in out
    assert sentence in (tmp_path / "out" / "table.md").read_text()
    (record,) = read_records(tmp_path / "out" / "records.csv")
    assert record.metrics["lpips"] is None


def test_scores_are_those_of_the_composites(
    command: Command, images: Images, masks: Images, small_checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    """The same image and mask through `predict`, scored here, give the same record."""
    root, folder = images("a.png", width=32, height=32), masks("a.png", width=64, height=48)
    files = [f"ckpt={small_checkpoint('misf')}"]
    evaluated = command(
        "evaluate", *files, f"data.root={root}", "mask=files", f"mask.root={folder}", "data.size=32",
        "data.num_workers=2", "lpips=false", f"output={tmp_path / 'evaluated'}",
    )  # fmt: skip
    assert (evaluated.code, evaluated.err) == (0, "")
    assert command("predict", *files, f"images={root}", f"masks={folder}", f"output={tmp_path / 'made'}").code == 0
    hole = resize_mask(read_mask(folder / "a.png"), 32, 32) >= 128
    expected = score(read_image(root / "a.png"), read_image(tmp_path / "made" / "a.png"), hole, STANDARD_METRICS)
    (record,) = read_records(tmp_path / "evaluated" / "records.csv")
    assert record.ratio == pytest.approx(float(hole.mean()))
    assert {key: record.metrics[key] for key in METRICS} == {key: expected[key] for key in METRICS}


@pytest.mark.filterwarnings("ignore:.*masks checked (has no hole|looks inverted)")
def test_extreme_masks_are_scored(
    command: Command, images: Images, masks: Images, small_checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = masks("a.png", "b.png")
    Image.fromarray(np.full((36, 40), 255, np.uint8)).save(folder / "a.png")
    Image.fromarray(np.zeros((36, 40), np.uint8)).save(folder / "b.png")
    code, _, _ = command(
        "evaluate", f"ckpt={small_checkpoint('ctsdg')}", f"data.root={images('a.png', 'b.png')}", "mask=paired",
        f"mask.root={folder}", "data.size=32", "data.num_workers=0", "lpips=false", f"output={tmp_path / 'out'}",
    )  # fmt: skip
    assert code == 0
    full, empty = read_records(tmp_path / "out" / "records.csv")
    assert (full.ratio, empty.ratio) == (1, 0)
    assert full.metrics["hole_psnr"] == full.metrics["psnr"]
    assert empty.metrics["hole_psnr"] is None
    assert empty.metrics["psnr"] == 100


def test_the_mean_psnr_is_what_a_sweeper_gets(
    images: Images, small_checkpoint: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from inpaint_zoo.cli import evaluate
    from inpaint_zoo.config.compose import compose_config

    overrides = [f"ckpt={small_checkpoint('misf')}", f"data.root={images('a.png', 'b.png')}", "data.num_workers=0"]
    returned = evaluate.run(
        compose_config("evaluate", [*overrides, f"output={tmp_path}", "data.size=32", "lpips=false"])
    )
    records = read_records(tmp_path / "records.csv")
    assert returned == pytest.approx(np.mean([record.metrics["psnr"] for record in records]))
    assert str(tmp_path / "records.csv") in capsys.readouterr().out


def test_another_arithmetic_is_another_result(
    command: Command, images: Images, small_checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    arguments = [f"ckpt={small_checkpoint('misf')}", f"data.root={images('a.png')}", f"output={tmp_path / 'out'}"]
    arguments += ["data.num_workers=0", "data.size=32", "lpips=false"]
    assert command("evaluate", *arguments)[0] == 0
    (before,) = read_records(tmp_path / "out" / "records.csv")
    code, _, err = command("evaluate", *arguments, "precision=bf16")
    assert code == 0
    assert "misf: evaluated again" in err
    (after,) = read_records(tmp_path / "out" / "records.csv")
    assert 0 < abs(after.metrics["psnr"] - before.metrics["psnr"]) < 0.5
    stored = json.loads((tmp_path / "out" / "results.json").read_text())
    assert stored["settings"]["precision"] == stored["methods"]["misf"]["precision"] == "bf16"
    code, _, err = command("evaluate", *arguments[1:], "ckpt=opencv_telea", "compile=true")
    assert (code, err.count("\n")) == (2, 1)
    assert "compile=true concerns networks of this package, and opencv_telea is none: leave it out" in err


@pytest.mark.parametrize(
    ("verb", "checkpoint"), [("evaluate", "ckpt"), ("compare", "methods.misf"), ("predict", "ckpt")]
)
def test_a_checkpoint_is_read_once(
    command: Command, images: Images, masks: Images, small_checkpoint: Callable[[str], Path], tmp_path: Path, *,
    monkeypatch: pytest.MonkeyPatch, verb: str, checkpoint: str,
) -> None:  # fmt: skip
    path, opened = small_checkpoint("misf"), []
    arguments = [f"{checkpoint}={path}", f"output={tmp_path / 'out'}"]
    if verb == "predict":
        arguments += [f"images={images('a.png')}", f"masks={masks('a.png')}"]
    else:
        arguments += [f"data.root={images('a.png')}", "data.size=32", "data.num_workers=0", "lpips=false"]
    if verb == "compare":
        arguments.append("costs=false")  # memory is measured in a process of its own, which reads it again

    def counting(file: Any, *options: Any, **named: Any) -> Any:
        opened.append(str(file))
        return really_open(file, *options, **named)

    really_open = open
    monkeypatch.setattr("builtins.open", counting)
    monkeypatch.setattr("io.open", counting)
    assert command(verb, *arguments).code == 0
    assert opened.count(str(path)) == 1
    monkeypatch.undo()
    if verb != "predict":
        results = json.loads((tmp_path / "out" / "results.json").read_text())
        assert results["methods"]["misf"]["weights"] == file_hash(path)
