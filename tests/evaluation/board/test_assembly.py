import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.board.assembly import assembled
from inpaint_zoo.evaluation.board.files import Checker
from inpaint_zoo.evaluation.results_file import _estimate_line, read_results_file
from inpaint_zoo.evaluation.significance import estimates_of
from inpaint_zoo.files.hashing import combined_hash
from inpaint_zoo.images.reading import read_image, read_mask, write_png
from inpaint_zoo.metrics.records import write_records

Copied = Callable[[str], Path]


def content(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    """A tampering with a results.json."""

    def apply(folder: Path) -> None:
        path = folder / "results.json"
        values = json.loads(path.read_text())
        change(values)
        path.write_text(json.dumps(values))

    return apply


def pixel(name: str, place: tuple[int, int]) -> Callable[[Path], None]:
    """A tampering with one pixel of an image."""

    def apply(folder: Path) -> None:
        image = read_image(folder / "images" / name)
        image[place] ^= 8
        write_png(folder / "images" / name, image)

    return apply


def mask_file(folder: Path) -> None:
    path = folder / "images" / "mask" / "2.png"
    mask = read_mask(path)
    mask[0, 0] = 255
    write_png(path, mask)


def weights(values: dict[str, Any]) -> None:
    """Another method under the same name, with the hash that belongs to it."""
    values["methods"]["opencv_telea"]["kind"] = "other"
    values["hashes"]["method opencv_telea"] = combined_hash(values["methods"]["opencv_telea"])


def another_image(values: dict[str, Any]) -> None:
    samples = values["samples"]
    samples[1]["image"] = "0" * 64
    values["hashes"]["images"] = combined_hash({one["name"]: one["image"] for one in samples})


def another_mask(values: dict[str, Any]) -> None:
    samples = values["samples"]
    samples[1]["mask"] = "0" * 64
    values["hashes"]["masks"] = combined_hash({one["name"]: one["mask"] for one in samples})


def better_everywhere(values: dict[str, Any]) -> None:
    """One number of a shared method, and the estimates with it: nothing in the file contradicts it."""
    values["records"][0]["metrics"]["l1"] -= 0.001
    values["estimates"] = []


def p_value(values: dict[str, Any]) -> None:
    own = next(one["difference"] for one in values["estimates"] if one["difference"] and one["difference"]["p"])
    own["p"] *= 1 - 1e-13


def record(number: int, key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(values: dict[str, Any]) -> None:
        values["records"][number]["metrics"][key] = value

    return change


def all_that_follows(folder: Path) -> None:
    """A number, with estimates and records.csv that follow from it: only the images contradict it."""

    def change(values: dict[str, Any]) -> None:
        assert values["records"][3]["method"] == "nearest"
        values["records"][3]["metrics"]["hole_psnr"] += 3
        (folder / "results.json").write_text(json.dumps(values))
        records = read_results_file(folder / "results.json").records()
        values["estimates"] = [_estimate_line(*place, one) for place, one in estimates_of(records).items()]
        write_records(records, folder / "records.csv")

    content(change)(folder)


TAMPERED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a number": (content(record(3, "psnr", 31.5)), r"estimates: .*nearest, psnr: mean is [\d.]+, the file says"),
    "its last digit": (content(record(3, "psnr", 31.500001)), "estimates: "),
    "a number and no estimates": (content(better_everywhere), "only in what was computed"),
    "a number and all that follows from it": (all_that_follows, r"nearest, 1.png: hole_psnr of the images is [\d.]+, "),
    "an impossible number": (content(record(3, "ssim", 1.5)), "ssim=1.5 is no value of this metric"),
    "a missing number": (content(lambda it: it["records"][3]["metrics"].pop("psnr")), "psnr is missing"),
    "a p value": (content(p_value), r"p is [\d.]+, the file says"),
    "letters": (content(lambda it: it["estimates"][0].update(letters="q")), "letters is a, the file says q"),
    "a missing record": (content(lambda it: it["records"].pop()), "has not one record for each sample: 5.png"),
    "a record more": (
        content(lambda it: it["records"].append({**it["records"][0], "name": "6.png", "photograph": "6.png"})),
        "has not one record for each sample: 6.png",
    ),
    "a ratio": (content(lambda it: it["records"][2].update(ratio=0.5)), "1.png: ratio or photograph is not that"),
    "a pixel of a hole": (
        pixel("nearest/2.png", (5, 6)),
        r"nearest, 2.png: \w+ of the images is [\d.]+, the file says",
    ),
    "a known pixel": (pixel("nearest/2.png", (0, 0)), "images/nearest, 2.png: known pixels are not those"),
    "a pixel of an original": (pixel("original/2.png", (0, 0)), "images/original, 2.png: is another image than in"),
    "a mask": (mask_file, "images/mask, 2.png: is not the mask that was evaluated"),
    "other weights under the same name": (content(weights), "opencv_telea is another method in .* than in .* \\(kind"),
    "other weights and an old hash": (
        content(lambda it: it["methods"]["nearest"].update(fill="other")),
        "hash of method nearest is not that of what it lists",
    ),
    "other code": (content(lambda it: it["code"].update(metrics="0" * 64)), r"were made by other code \(metrics\)"),
    "another hash of the code": (
        content(lambda it: it["hashes"].update(code="0" * 64)),
        "about the hash of their code",
    ),
    "another protocol": (
        content(lambda it: (it["settings"]["protocol"].update(size=32), it["hashes"].update(protocol="0" * 64))),
        r"have other protocols \(standard at 24x24 and standard at 32x32\)",
    ),
    "a protocol of another name": (content(lambda it: it.update(protocol="misf")), "its settings give standard"),
    "another image": (content(another_image), r"of other evaluation sets \(samples, image: 1.png\)"),
    "another mask of the set": (content(another_mask), r"of other evaluation sets \(samples, mask: 1.png\)"),
    "records.csv": (
        lambda folder: (folder / "records.csv").write_text((folder / "records.csv").read_text().replace("0.", "1.", 1)),
        "records.csv beside it has other records",
    ),
    "a name that leads elsewhere": (
        content(lambda it: (it["records"][0].update(name="../x"), it["samples"][0].update(name="../x"))),
        "must be a path below a folder",
    ),
    "a method that leads elsewhere": (
        content(lambda it: it["methods"].update({"../x": {}})),
        "a name has up to 100 letters",
    ),
    "a program": (content(lambda it: it["settings"]["protocol"].update(_target_="os.system")), "os.system"),
    "a cost of nobody": (
        content(lambda it: it["costs"].update(x=dict.fromkeys(("parameters", "gflop", "seconds", "peak_memory_mb")))),
        "costs has x, which is none of its methods",
    ),
}
"""What is done to the second of two results, and what is said then."""


@pytest.mark.parametrize("name", TAMPERED)
def test_tampered_results_are_refused_in_one_line(compared: Path, copied: Copied, name: str) -> None:
    change, reason = TAMPERED[name]
    tampered = copied("B")
    change(tampered)
    with pytest.raises(InputError) as caught:
        assembled([compared / "A" / "results.json", tampered / "results.json"], Checker(1e-6))
    assert re.search(reason, str(caught.value))
    assert str(tampered / "results.json") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_there_are_twenty() -> None:
    assert len(TAMPERED) >= 20


def test_honest_results_stand_on_one_board_each_method_once(compared: Path) -> None:
    checker = Checker(1e-6, data=compared / "images", masks=compared / "masks")
    entries, records = assembled([compared / name / "results.json" for name in "AB"], checker)
    assert list(dict.fromkeys(record.method for record in records)) == ["mean", "opencv_telea", "nearest"]
    assert len(records) == len({(record.method, record.name) for record in records}) == 18
    assert entries[1].checked == [
        "estimates follow from the records",
        "6 files of data.root are those that were evaluated",
        "6 files of mask.root are those that were evaluated",
        "records.csv has the same records",
        "psnr, ssim, l1 of 6 of 6 images follow from the images",
    ]
    assert entries[1].not_checked == ["that the images come from the methods: `verify` fills the holes again"]


def test_an_original_that_is_another_image_than_beside_other_results_is_refused(compared: Path, copied: Copied) -> None:
    """All images of one result are changed alike, so that its numbers still fit; other results know better."""
    tampered = copied("B")
    for folder in ("original", "opencv_telea", "nearest"):
        path = tampered / "images" / folder / "3.png"
        image = read_image(path)
        image[0, 0] = image[0, 0].astype(np.int16) ^ 1
        write_png(path, image)
    for values in (None, compared / "images"):
        with pytest.raises(InputError, match=r"original, 3\.png: is (another image than in|not 3\.png of data)"):
            assembled([compared / "A" / "results.json", tampered / "results.json"], Checker(1e-2, data=values))


def test_files_that_the_user_has_are_compared(compared: Path, tmp_path: Path) -> None:
    files = [compared / "A" / "results.json"]
    for key, folder in (("data", "images"), ("masks", "masks")):
        other = tmp_path / folder
        other.mkdir()
        for path in (compared / folder).iterdir():
            (other / path.name).write_bytes(path.read_bytes() + b"x" * (path.name == "4.png"))
        with pytest.raises(InputError, match=r"(data|mask)\.root: 4\.png is not what was evaluated"):
            assembled(files, Checker(1e-6, **{key: other}))  # type: ignore[arg-type]
    weights_of_others = tmp_path / "w.ckpt"
    weights_of_others.write_bytes(b"x")
    with pytest.raises(InputError, match=r"mean: .*w\.ckpt holds other weights"):
        assembled(files, Checker(1e-6, methods={"mean": weights_of_others}))


def test_a_link_out_of_the_folder_is_not_followed(compared: Path, copied: Copied, tmp_path: Path) -> None:
    folder = copied("A")
    path = folder / "images" / "mean" / "1.png"
    path.rename(tmp_path / "elsewhere.png")
    path.symlink_to(tmp_path / "elsewhere.png")
    with pytest.raises(InputError, match=r"1\.png leads out of"):
        assembled([folder / "results.json"], Checker(1e-6))


def test_what_is_not_beside_the_file_is_marked(copied: Copied) -> None:
    folder = copied("A")
    (folder / "images" / "mean" / "1.png").unlink()
    (folder / "records.csv").unlink()
    entries, _ = assembled([folder / "results.json"], Checker(1e-6))
    assert "psnr, ssim, l1 of 5 of 6 images follow from the images" in entries[0].checked
    assert "1 of 6 images are not beside the file" in entries[0].not_checked
    assert not any("records.csv" in line for line in entries[0].checked)


def test_an_older_file_is_refused(copied: Copied) -> None:
    folder = copied("A")
    content(lambda it: it.pop("samples"))(folder)
    with pytest.raises(InputError, match="an older version wrote it, without what a board needs: evaluate again"):
        assembled([folder / "results.json"], Checker(1e-6))
