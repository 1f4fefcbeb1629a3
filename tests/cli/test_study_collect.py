import json
import random
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.user_study.conftest import METHODS, ballot, luce, write_comparison

from inpaint_zoo.user_study.comparison import read_comparison
from inpaint_zoo.user_study.design import Size, design
from inpaint_zoo.user_study.key import Key, write_key

Command = Callable[..., Any]


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Key:
    """Of a study; `key.json` and the answers of nine people, of whom two do not look, lie in the folder of the test."""
    tokens = random.Random(0)
    monkeypatch.setattr(secrets, "token_hex", lambda number: tokens.randbytes(number).hex())
    key = design(read_comparison(write_comparison(tmp_path / "results")), "best", Size(8, 2))
    write_key(key, tmp_path / "key.json")
    (tmp_path / "answers").mkdir()
    for seed in range(9):
        content = ballot(key, seed, luce(np.random.default_rng(seed)), attentive=seed not in (3, 5))
        (tmp_path / "answers" / f"answers, {seed} (1).json").write_text(json.dumps(content))
    return key


@pytest.mark.usefixtures("key")
def test_tables_and_files(command: Command, tmp_path: Path) -> None:
    paths, output = sorted((tmp_path / "answers").iterdir()), tmp_path / "found"
    code, out, err = command("study collect", *paths, f"key={tmp_path / 'key.json'}", f"output={output}")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines()[:-1])) <= 80
    said = " ".join(out.split())
    assert "7 people, 10 photographs, 56 votes. Left out: 2 voters who failed an attention check." in said
    assert "Krippendorff's alpha is" in said
    assert {path.name for path in output.iterdir()} == {"study.json", "study.md", "study.csv"}
    found = json.loads((output / "study.json").read_text())
    assert (found["people"], found["left_out"], found["votes"], found["form"]) == (7, 2, 56, "best")
    methods = found["methods"]
    assert list(methods) == list(METHODS)
    assert sum(own["preferred"]["share"] for own in methods.values()) == pytest.approx(1)
    for own in methods.values():
        low, high = own["preferred"]["interval"]
        assert low < own["preferred"]["share"] < high
        low, high = own["score_interval"]
        assert low < own["score"] < high
        assert own["means"]["psnr"] in (28, 29, 30)
    assert found["metrics"].keys() == {"psnr", "ssim"}
    assert "| alpha_net | " in (output / "study.md").read_text(encoding="utf-8")
    head, *rows = (output / "study.csv").read_text(encoding="utf-8").splitlines()
    assert head == "method,preferred,score,psnr,ssim,l1,votes,offered"
    assert [row.split(",")[0] for row in rows] == list(METHODS)
    share = methods["alpha_net"]["preferred"]["share"]
    assert rows[0].split(",")[1] == str(share)
    assert rows[0].split(",")[-2:] == [str(round(share * 56)), "56"]


@pytest.mark.usefixtures("key")
def test_a_folder_stands_for_its_files(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    place = f"key={tmp_path / 'key.json'}"
    expected = command("study", "collect", *sorted(folder.iterdir()), place).out
    assert command("study", "collect", place, folder).out == expected
    code, out, err = command("study", "collect", folder, next(folder.iterdir()), place)
    assert (code, err) == (0, "")
    assert "1 file repeats the answers of another one, counted once." in " ".join(out.split())


@pytest.mark.usefixtures("key")
def test_few_people_have_no_intervals(command: Command, tmp_path: Path) -> None:
    paths = sorted((tmp_path / "answers").iterdir())[:3]
    output = tmp_path / "found"
    code, out, _ = command("study collect", *paths, f"key={tmp_path / 'key.json'}", f"output={output}")
    assert code == 0
    assert "Intervals: too few people, fewer than 6." in out
    found = json.loads((output / "study.json").read_text())
    assert all(own["preferred"]["interval"] is None for own in found["methods"].values())


@pytest.mark.usefixtures("key")
def test_mistakes(command: Command, tmp_path: Path) -> None:
    paths = sorted((tmp_path / "answers").iterdir())
    place, output = f"key={tmp_path / 'key.json'}", tmp_path / "found"
    paths[4].write_text("{")
    (tmp_path / "empty").mkdir()
    for arguments, message in [
        ([*paths, place], "answers, 4 (1).json cannot be counted"),
        ([tmp_path / "empty", place], "empty holds no .json file"),
        ([place], "answers"),
        ([paths[0]], "key"),
        ([paths[0], f"key={paths[0]}"], "is not a key.json of `study`"),
        ([paths[3], paths[5], place], "none of 2 voters has passed all attention checks"),
        (["nowhere.json", place], "nowhere.json"),
    ]:
        code, out, err = command("study collect", *arguments, f"output={output}")
        assert (code, out) == (2, ""), arguments
        assert message in err
        assert err.count("\n") == 1
    assert not output.exists()


@pytest.mark.usefixtures("key")
def test_results_are_replaced_only_when_asked(command: Command, tmp_path: Path) -> None:
    arguments = [tmp_path / "answers", f"key={tmp_path / 'key.json'}", f"output={tmp_path / 'found'}"]
    assert command("study collect", *arguments).code == 0
    code, _, err = command("study collect", *arguments)
    assert code == 2
    assert "give force=true" in err
    assert command("study collect", *arguments, "force=true").code == 0
