import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from inpaint_zoo.cli.main import main
from inpaint_zoo.data.mask_keys import MaskRule
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.protocols import MATProtocol
from inpaint_zoo.evaluation.result_images import KeptImages
from inpaint_zoo.evaluation.results_file import read_results_file
from inpaint_zoo.evaluation.session import Session, open_session
from inpaint_zoo.evaluation.set_scores import evaluated_set_scores
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.evaluation.verification.findings import Findings
from inpaint_zoo.evaluation.verification.results import Verification
from inpaint_zoo.images.reading import read_image, write_png
from inpaint_zoo.metrics.inception import InceptionFeatures

NUM_IMAGES = 6


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a comparison of two fills on six tiny images with mask files of twice their size."""
    root = tmp_path_factory.mktemp("compared")
    rng = np.random.default_rng(0)
    for number in range(NUM_IMAGES):
        write_png(root / "images" / f"{number}.png", rng.integers(0, 256, (24, 24, 3), np.uint8))
        mask = np.zeros((48, 48), np.uint8)
        mask[8:28, 10 : 20 + 2 * number] = 255
        write_png(root / "masks" / f"{number}.png", mask)
    code = main(
        ["compare", f"data.root={root / 'images'}", "mask=paired", f"mask.root={root / 'masks'}", "methods.mean=mean",
         "methods.telea=opencv_telea", "size=24", "data.num_workers=0", "lpips=false", "costs=false",
         f"output={root / 'out'}"],
    )  # fmt: skip
    assert code == 0
    return root


@pytest.fixture
def folder(compared: Path, tmp_path: Path) -> Path:
    """A copy of the output that a test may change."""
    return Path(shutil.copytree(compared / "out", tmp_path / "out"))


@pytest.fixture(scope="module")
def session(compared: Path) -> Session:
    return session_of(compared / "out" / "results.json")


def session_of(path: Path) -> Session:
    settings = dict(read_results_file(path).settings)
    return open_session(Settings(**settings | {"mask_rule": MaskRule(settings["mask_rule"])}))


def verified(folder: Path, session: Session, tmp_path: Path, tolerance: float = 1e-6) -> Findings:
    (tmp_path / "spare").mkdir()
    return Verification(
        read_results_file(folder / "results.json"), folder, session, tolerance, tmp_path / "spare"
    ).run()


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    content = json.loads((folder / "results.json").read_text())
    change(content)
    (folder / "results.json").write_text(json.dumps(content))


def estimate(content: dict[str, Any], bin_name: str, method: str, metric: str) -> dict[str, Any]:
    return next(
        one for one in content["estimates"] if (one["bin"], one["method"], one["metric"]) == (bin_name, method, metric)
    )


def test_what_is_unchanged_has_no_findings(folder: Path, session: Session, tmp_path: Path) -> None:
    found = verified(folder, session, tmp_path)
    assert found == Findings(num_records=2 * NUM_IMAGES)


def tampered_digit(content: dict[str, Any]) -> None:
    worse = next(one for one in content["estimates"] if one["difference"] and one["difference"]["p"] is not None)
    worse["difference"]["p"] *= 1 - 1e-13


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (tampered_digit, r"estimates: [^,]+, \w+, \w+: p is [\d.]+, the file says 0\.\d+"),
        (
            lambda it: estimate(it, "all", "mean", "psnr").update(mean=99.0),
            r"estimates: all, mean, psnr: mean is \d+\.\d+, the file says 99\.0",
        ),
        (
            lambda it: estimate(it, "all", "telea", "ssim").update(letters="z"),
            r"estimates: all, telea, ssim: letters is \w+, the file says z",
        ),
        (
            lambda it: estimate(it, "all", "telea", "ssim").update(is_best=None),
            None,
        ),
        (
            lambda it: it["estimates"].pop(),
            r"estimates: all, \w+, \w+: only in what was computed",
        ),
        (
            lambda it: it["records"][3]["metrics"].update(psnr=1.25),
            r"telea, 1\.png: psnr is \d+\.\d+, the file says 1\.25",
        ),
        (lambda it: it["samples"][2].update(ratio=0.5), r"samples, ratio: 2\.png"),
        (lambda it: it["samples"][2].update(image="0" * 64), r"samples, image: 2\.png"),
        (lambda it: it["records"][4].update(photograph="x.png"), None),
        (lambda it: it["set_scores"].update(mean={"fid": 1.0}), r"set_scores, mean: fid is None, the file says 1\.0"),
    ],
    ids=["p", "mean", "letters", "null", "missing", "record", "ratio", "hash", "photograph", "fid"],
)
def test_a_changed_entry_is_named_in_one_line(
    folder: Path, session: Session, tmp_path: Path, change: Callable[[dict[str, Any]], object], line: str | None
) -> None:
    edit(folder, change)
    if line is None:  # refused before anything is computed
        with pytest.raises(InputError, match=r"results\.json") as caught:
            read_results_file(folder / "results.json")
        assert "\n" not in str(caught.value)
        return
    (tmp_path / "alone").mkdir()
    (folder / "results.json").rename(tmp_path / "alone" / "results.json")  # the other files have tests of their own
    found = verified(tmp_path / "alone", session, tmp_path)
    assert found.hashes == []
    assert len(found.different) == 1
    assert re.fullmatch(line, found.different[0])


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def changed_pixel(path: Path) -> None:
    image = read_image(path)
    image[3, 4, 1] ^= 1
    write_png(path, image)


def changed_page_image(path: Path) -> None:
    text = path.read_text()
    first, second = re.findall(r'src="data:image/webp;base64,([^"]+)"', text)[:2]
    path.write_text(text.replace(first, second))


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "images/original/3.png": (changed_pixel, "1 of 576 pixels differ, by at most 1 of 255"),
    "images/mask/3.png": (lambda path: Image.new("L", (24, 24)).save(path), "80 of 576 pixels differ"),
    "images/telea/4.png": (changed_pixel, "1 of 576 pixels differ, by at most 1 of 255"),
    "images/mean/0.png": (lambda path: path.unlink(), "missing"),
    "images/mean/1.png": (lambda path: path.write_bytes(b"x"), "cannot be read as an image"),
    "images/mean/2.png": (lambda path: Image.new("RGB", (24, 25)).save(path), "is 24x25 pixels, not 24x24"),
    "records.csv": (lambda path: replaced(path, "0.", "1."), "line 2 says"),
    "summary.json": (lambda path: replaced(path, '"num_images": 6', '"num_images": 7'), "line"),
    "table.csv": (lambda path: replaced(path, "mean", "mine"), "line 2 says"),
    "table.md": (lambda path: path.write_text(path.read_text() + "- better\n"), "has "),
    "table.tex": (lambda path: replaced(path, "Best in bold", "All in bold"), "line "),
    "table_column.tex": (lambda path: replaced(path, "best in bold", "all in bold"), "line "),
    "grid.png": (changed_pixel, "is not drawn of these images and numbers"),
    "report.html": (changed_page_image, "1 images are not those that were evaluated: Input: 0.png"),
    "manifest.json": (lambda path: replaced(path, '"ratio": 0.', '"ratio": 0.1'), "samples, ratio: 0.png"),
}
"""What is done to a file, and how the line about it goes on."""


def test_every_changed_file_is_named_in_one_line(folder: Path, session: Session, tmp_path: Path) -> None:
    for name, (change, _) in CHANGES.items():
        change(folder / name)
    found = verified(folder, session, tmp_path)
    assert found.lines() == found.different
    assert len(found.different) == len(CHANGES)
    for name, (_, reason) in CHANGES.items():
        (line,) = (line for line in found.different if line.startswith(f"{name}: "))
        assert reason in line


def test_a_word_on_the_page_is_named_with_its_line(folder: Path, session: Session, tmp_path: Path) -> None:
    replaced(folder / "report.html", "6 images", "7 images")
    (line,) = verified(folder, session, tmp_path).different
    assert re.fullmatch(r"report\.html: line \d+ says '.*7 images.*', these numbers give '.*6 images.*'", line)


def test_files_of_other_code_are_not_compared_where_their_form_may_differ(
    folder: Path, session: Session, tmp_path: Path
) -> None:
    edit(folder, lambda it: it["code"].update(tables="0" * 64, others="1" * 64))
    for name in ("table.md", "table.csv"):
        replaced(folder / name, "mean", "mine")
    found = verified(folder, session, tmp_path)
    assert [line.partition(":")[0] for line in found.different] == ["table.csv"]
    assert found.not_covered == ["table.md: made by other code (tables)"]
    assert found.notices == [
        "code, tables: another hash, it could touch the form of tables, of the grid and of report.html",
        "code, others: another hash, it could touch no number",
    ]


def test_the_image_that_has_changed_is_named(compared: Path, folder: Path, tmp_path: Path) -> None:
    path = compared / "images" / "4.png"
    before = path.read_bytes()
    try:
        write_png(path, 255 - read_image(path))
        found = verified(folder, session_of(folder / "results.json"), tmp_path)
    finally:
        path.write_bytes(before)
    assert found.hashes == ["images: another hash: 4.png"]
    assert "images/original/4.png: 576 of 576 pixels differ, by at most 255 of 255" in found.different


def test_a_mask_file_that_changed_where_it_is_not_used_is_noticed(compared: Path, folder: Path, tmp_path: Path) -> None:
    path = compared / "masks" / "4.png"
    before, mask = path.read_bytes(), np.asarray(Image.open(path)).copy()
    try:
        for place in ((0, 0), (0, 1), (1, 0)):  # of four pixels, one is used
            trial = mask.copy()
            trial[place] = 255
            write_png(path, trial)
            session = session_of(folder / "results.json")
            if session.hashes() == read_results_file(folder / "results.json").hashes:
                break
        found = verified(folder, session, tmp_path)
    finally:
        path.write_bytes(before)
    assert found == Findings(
        notices=["mask files: other bytes, the same masks as used: 4.png"], num_records=2 * NUM_IMAGES
    )


def test_an_older_file_verifies_for_what_it_has(folder: Path, session: Session, tmp_path: Path) -> None:
    def older(content: dict[str, Any]) -> None:
        for key in ("code", "files", "report", "samples", "estimates", "set_scores", "costs"):
            del content[key]
        for record in content["records"]:
            del record["photograph"]
        del content["settings"]["inception_weights"]

    edit(folder, older)
    found = verified(folder, session, tmp_path)
    assert (found.different, found.hashes, found.notices) == ([], [], [])
    assert [line.partition(":")[0] for line in found.not_covered] == [
        "which image or mask has changed", "which part of the code differs", "estimates",
        "tables and other files beside it",
    ]  # fmt: skip


def test_what_is_not_there_is_not_covered(folder: Path, session: Session, tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    shutil.copy(folder / "results.json", tmp_path / "alone")
    found = verified(tmp_path / "alone", session, tmp_path)
    assert found.different == []
    assert found.not_covered == [
        "images: not beside the file",
        "records.csv, summary.json, table.csv, table.md, table.tex, table_column.tex, grid.png, report.html, "
        "manifest.json: not beside the file",
    ]


class TinyFeatures(torch.nn.Module):
    """Stands in for Inception: a few numbers of each image, in a tuple."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(1))

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor]:
        return (images.float().mean((2, 3)) * self.scale,)


def test_metrics_of_the_whole_set_are_computed_again(
    folder: Path, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_fid = MATProtocol(size=24)
    monkeypatch.setattr(
        "inpaint_zoo.evaluation.set_scores.load_inception", lambda *_: InceptionFeatures(TinyFeatures())
    )
    session = replace(session, evaluation=replace(session.evaluation, protocol=with_fid))
    kept = KeptImages(folder / "images")
    scores, _ = evaluated_set_scores(session, kept)
    assert set(scores["mean"]) == {"fid", "u_ids", "p_ids"}
    edit(folder, lambda it: it.update(set_scores=scores))
    alone = [line for line in verified(folder, session, tmp_path).different if line.startswith("set_scores")]
    assert alone == []
    shutil.rmtree(tmp_path / "spare")
    edit(folder, lambda it: it["set_scores"]["telea"].update(fid=scores["telea"]["fid"] + 1e-5))
    (line,) = (line for line in verified(folder, session, tmp_path).different if line.startswith("set_scores"))
    assert line.startswith("set_scores, telea: fid is ")
