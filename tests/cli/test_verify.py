import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.data.mask_keys import MaskRule
from inpaint_zoo.evaluation.evaluation_set import evaluation_set
from inpaint_zoo.evaluation.manifest import write_manifest
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.images.reading import read_image, write_png

Command = Callable[..., Any]
Images = Callable[..., Path]


@pytest.fixture
def results(
    command: Command, images: Images, small_checkpoint: Callable[[str], Path], tmp_path: Path
) -> Callable[[], Path]:
    """Run a comparison of a network, a fill and a folder; return its results.json."""

    def run() -> Path:
        images("a.png", "b.png", folder="theirs", width=32, height=32)
        outcome = command(
            "compare", f"data.root={images('a.png', 'b.png')}", f"methods.misf={small_checkpoint('misf')}",
            "methods.telea=opencv_telea", f"methods.theirs={tmp_path / 'theirs'}", "size=32", "data.num_workers=0",
            "lpips=false", "costs=false", f"output={tmp_path / 'out'}",
        )  # fmt: skip
        assert (outcome.code, outcome.err) == (0, "")
        return tmp_path / "out" / "results.json"

    return run


def test_unchanged_results_are_verified(command: Command, results: Callable[[], Path]) -> None:
    path = results()
    outcome = command("verify", path)
    assert (outcome.code, outcome.err) == (0, "")
    assert f"{path}: 6 records verified" in outcome.out


def test_a_changed_number_is_named(command: Command, results: Callable[[], Path]) -> None:
    path = results()
    content = json.loads(path.read_text())
    content["records"][1]["metrics"]["hole_psnr"] += 0.001
    path.write_text(json.dumps(content))
    outcome = command("verify", path)
    assert outcome.code == 2
    assert "telea, a.png: hole_psnr is" in outcome.out
    assert "1 entries and 0 hashes differ" in outcome.err
    assert "telea, a.png: hole_psnr" not in command("verify", path, "tolerance=0.01").out  # but see estimates below


ALONE = "[it.pop(key) for key in ('estimates', 'report')]; "
"""Leaves records without what follows from them."""


@pytest.mark.parametrize(
    ("folder", "changed"), [("images", "images"), ("theirs", "method theirs")], ids=["image", "output"]
)
def test_a_changed_file_is_found(
    command: Command, results: Callable[[], Path], tmp_path: Path, folder: str, changed: str
) -> None:
    path = results()
    image = tmp_path / folder / "b.png"
    write_png(image, 255 - read_image(image))
    outcome = command("verify", path)
    assert outcome.code == 2
    assert f"{changed}: another hash" in outcome.out


def test_moved_folders_are_given_on_the_command_line(
    command: Command, results: Callable[[], Path], tmp_path: Path
) -> None:
    path = results()
    for name in ("images", "theirs"):
        (tmp_path / name).rename(tmp_path / f"moved, {name}")
    assert command("verify", path).code == 2
    moved = [f"data.root={tmp_path / 'moved, images'}", f"methods.theirs={tmp_path / 'moved, theirs'}"]
    assert command("verify", path, *moved).code == 0


def test_results_from_elsewhere_start_no_program(command: Command, results: Callable[[], Path]) -> None:
    path = results()
    content = json.loads(path.read_text())
    content["settings"]["mask"]["_target_"] = "os.system"
    path.write_text(json.dumps(content))
    outcome = command("verify", path)
    assert outcome.code == 2
    assert "os.system" in outcome.err


def edited(command: Command, path: Path, change: str, *settings: str) -> Any:
    """Verify what a statement makes of the content of a results.json, called `it`, without the files beside it."""
    content = json.loads(path.read_text())
    exec(change, {"it": content})
    alone = path.parents[1] / "alone" / "edited.json"
    alone.parent.mkdir(exist_ok=True)
    alone.write_text(json.dumps(content))
    return command("verify", alone, *settings)


def test_every_entry_counts(command: Command, results: Callable[[], Path]) -> None:
    path = results()
    for change, reason in {
        "it['records'][0]['ratio'] += 0.01": "ratio is 0.",
        "it['records'][0]['metrics'].pop('psnr')": "psnr is only in what was computed",
        "it['records'][0]['metrics']['other'] = 1": "other is only in the file",
        "it['records'].pop()": "only in what was computed",
        "it['records'].append({**it['records'][0], 'name': 'c.png'})": "c.png: only in the file",
        "it['leaks'] = True": "leaks: not what was evaluated",
        "it['protocol'] = 'misf'": "protocol: not what was evaluated",
        "del it['methods']['telea']": "methods: not what was evaluated",
        "it['methods']['telea']['kind'] = 'network'": "methods: not what was evaluated",
    }.items():
        outcome = edited(command, path, change)
        assert outcome.code == 2, change
        assert reason in outcome.out
        assert "1 entries and 0 hashes differ" in outcome.err


def test_the_tolerance_is_a_difference(command: Command, results: Callable[[], Path]) -> None:
    path = results()
    assert json.loads(path.read_text())["records"][1]["metrics"]["psnr"] > 5  # in dB: a share would be another limit
    change = "it['records'][1]['metrics']['psnr'] += "
    assert edited(command, path, f"{ALONE}{change}0.009", "tolerance=0.01").code == 0
    assert edited(command, path, f"{ALONE}{change}0.011", "tolerance=0.01").code == 2


def test_other_code_may_give_the_same_numbers_but_nothing_else_may_differ(
    command: Command, results: Callable[[], Path]
) -> None:
    path = results()
    outcome = edited(command, path, "it['hashes']['code'] = 'x'")
    assert (outcome.code, outcome.err) == (0, "")
    assert "code: another hash\n" in outcome.out
    for name in ("images", "masks", "protocol", "method misf"):
        outcome = edited(command, path, f"it['hashes'][{name!r}] = it['hashes']['code'] = 'x'")
        assert outcome.code == 2, name
        assert f"{name}: another hash\n" in outcome.out
        assert "0 entries and 1 hashes differ" in outcome.err


def test_a_damaged_file_is_one_line(command: Command, results: Callable[[], Path]) -> None:
    path = results()
    for change, reason in {
        "it['records'][0]['ratio'] = float('nan')": "NaN is not a number of JSON",
        "it['records'][0]['ratio'] = 'x'": "ratio must be a number, not a string",
        "it['records'][0]['metrics']['psnr'] = 10**400": "psnr is too large",
        "it['records'].append(it['records'][0])": "two records of",
        "it['records'] = {'a': 1}": "records must be a list",
        "it['leaks'] = 1": "leaks must be true or false",
        "it['settings']['data']['eval_repeats'] = 10**12": "eval_repeats is larger than the number of records",
        "it['settings']['protocol']['size'] = 10**7": "size=10000000 has more than",
    }.items():
        outcome = edited(command, path, change)
        assert outcome.code == 2, change
        assert reason in outcome.err
        assert outcome.err.count("\n") == 1


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "results"}', "\x00"])
def test_a_file_that_is_no_results_is_refused(command: Command, tmp_path: Path, text: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(text)
    outcome = command("verify", path)
    assert outcome.code == 2
    assert f"results: {path} is not a results.json" in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.fixture
def by_position(images: Images, tmp_path: Path) -> Path:
    """An evaluation set as it was written before masks belonged to names: no rule, and other names of other things."""
    arguments = [f"data.root={images('a.png', 'b.png', 'c.png')}", "size=32", "data.num_workers=0", "output=unused"]
    settings = replace(Settings.from_config(compose_config("compare", arguments), {}), mask_rule=MaskRule.POSITION)
    path = tmp_path / "old.json"
    write_manifest(evaluation_set(settings).manifest, path)
    content = json.loads(path.read_text())
    del content["mask_rule"]
    assert [sample["mask_source"]["index"] for sample in content["samples"]] == [0, 1, 2]
    content["protocol"] = {"_target_": "inpaint_zoo.protocols.StandardProtocol", "size": 32}
    for sample in content["samples"]:
        sample["picture"] = sample.pop("photograph")
    path.write_text(json.dumps(content))
    return path


def test_masks_that_belonged_to_positions_still_verify(command: Command, by_position: Path, tmp_path: Path) -> None:
    quick = ["size=32", "data.num_workers=0", "lpips=false", "costs=false", "methods.mean=mean"]
    outcome = command("compare", f"manifest={by_position}", f"output={tmp_path / 'out'}", *quick)
    assert outcome.code == 0, outcome.err
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["mask_rule"] == "position"
    path = tmp_path / "out" / "results.json"
    assert command("verify", path).code == 0
    assert edited(command, path, "del it['settings']['mask_rule']").code == 0
    assert "masks: another hash" in edited(command, path, "it['settings']['mask_rule'] = 'name'").out
    refused = edited(command, path, "it['settings']['mask_rule'] = 'nme'")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "nme" in refused.err


@pytest.mark.parametrize("tolerance", ["abc", "null", "-1"])
def test_a_tolerance_that_is_no_distance_is_refused(command: Command, tmp_path: Path, tolerance: str) -> None:
    outcome = command("verify", tmp_path / "results.json", f"tolerance={tolerance}")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "error: tolerance" in outcome.err
