import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.user_study.conftest import METHODS, write_comparison

Command = Callable[..., Any]
Images = Callable[..., Path]
NAMES = ["cat.png", "dog.png", "horse.png"]
FILLS = ("mean", "nearest", "opencv_telea")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return write_comparison(tmp_path / "results")


def check(output: Path, lines: list[str], names: tuple[str, ...]) -> dict[str, Any]:
    """Look at what is handed out, and return the key."""
    assert {path.name for path in output.iterdir()} == {"hand_out", "key.json"}
    handed = [path for path in (output / "hand_out").rglob("*") if path.is_file()]
    assert f"({len(handed)} files, {sum(path.stat().st_size for path in handed) / 1e6:.1f} MB)" in lines[1]
    assert lines[3] == f"then: inpaint-zoo study collect ANSWERS key='{output / 'key.json'}'"
    key: dict[str, Any] = json.loads((output / "key.json").read_text())
    num_methods = len(key["methods"])
    assert len(handed) == 1 + len(key["images"]) * (num_methods + 1) + len(key["checks"]) * num_methods
    for path in handed:
        told = path.name + (path.read_text(encoding="utf-8") if path.suffix == ".html" else "")
        assert not [name for name in names if name in told]
    return key


def test_a_page_its_pictures_and_the_key_are_written(command: Command, results: Path, tmp_path: Path) -> None:
    code, out, err = command("study", results, f"output={tmp_path / 'my study'}")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "10 images, 3 methods, 10 questions; each voter gets 8 of them and 2 attention checks"
    key = check(tmp_path / "my study", lines, (*METHODS, "photograph_"))
    assert key["methods"] == list(METHODS)


@pytest.mark.slow
def test_a_study_is_made_of_what_compare_writes(
    command: Command, images: Images, masks: Images, tmp_path: Path
) -> None:
    roots = [f"data.root={images(*NAMES)}", "mask=files", f"mask.root={masks(*NAMES)}"]
    methods = [f"methods.{fill}={fill}" for fill in FILLS]
    results, output = tmp_path / "results", tmp_path / "my study"
    done = command("compare", *roots, *methods, "size=32", "costs=false", "lpips=false", f"output={results}")
    assert done.code == 0, done.err
    code, out, err = command("study", results, f"output={output}")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "3 images, 3 methods, 3 questions; each voter gets 1 of them and 2 attention checks"
    key = check(output, lines, ("nearest", "opencv", *NAMES))
    assert key["methods"] == list(FILLS)
    assert key["images"][0]["metrics"]["mean"]["psnr"] > 5


def test_pairs_of_some_methods_and_own_words(command: Command, results: Path, tmp_path: Path) -> None:
    given = ["kind=pairs", "methods=[alpha_net,gamma_net]", "num_images=5", "num_questions=3", "num_checks=1"]
    texts = ['title="Mögen, was?"', 'question="Besser?"', "consent=null", 'thanks="Danke, bitte an x@y.z"']
    done = command("study", f"results={results}", f"output={tmp_path / 'study'}", *given, *texts, "reference=nothing")
    assert (done.code, done.err) == (0, "")
    page = (tmp_path / "study/hand_out/index.html").read_text(encoding="utf-8")
    assert all(text in page for text in ("Mögen, was?", "Besser?", "Danke, bitte an x@y.z"))
    assert 'id="agree"' not in page
    key = json.loads((tmp_path / "study/key.json").read_text())
    assert [len(key[name]) for name in ("images", "methods", "questions", "checks")] == [5, 2, 5, 3]
    assert (key["num_questions"], key["num_checks"], key["form"]) == (3, 1, "pairs")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["kind=triples"], "kind is one of best, pairs; got 'triples'"),
        (["reference=mask"], "reference is one of input, original, nothing; got 'mask'"),
        (["methods=[alfa_net,beta_net]"], "there is no 'alfa_net', did you mean 'alpha_net'"),
        (["methods=[beta_net]"], "a study needs two or more"),
        (["methods=3"], "methods=3 must be a list"),
        (["num_questions=9"], "num_questions=9 is more than the 8"),
        (["num_questions=0"], "num_questions=0 must be at least 1"),
        (["num_checks=10"], "num_checks=10 leaves nothing"),
        (["num_checks=-1"], "num_checks=-1 must be at least 0"),
        (["num_images=1.5"], "num_images=1.5 must be a whole number"),
        (["title=null"], "title=null must be a text"),
        (["thanks=3"], "thanks=3 must be a text"),
    ],
)
def test_wrong_values_leave_nothing_behind(
    given: list[str], message: str, command: Command, results: Path, tmp_path: Path
) -> None:
    code, out, err = command("study", results, f"output={tmp_path / 'study'}", *given)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "study").exists()


def test_a_folder_that_holds_something_is_not_written(command: Command, results: Path, tmp_path: Path) -> None:
    assert command("study", results, f"output={tmp_path / 'study'}").code == 0
    key = (tmp_path / "study/key.json").read_bytes()
    code, _, err = command("study", results, f"output={tmp_path / 'study'}")
    assert code == 2
    assert "is not empty: give a new folder" in err
    assert (tmp_path / "study/key.json").read_bytes() == key
    assert command("study", results, f"output={results / 'study'}").code == 2
    assert not (results / "study").exists()


def test_a_damaged_picture_leaves_nothing_behind(command: Command, results: Path, tmp_path: Path) -> None:
    (results / "images/beta_net/photograph_3.png").write_bytes(b"\x89PNG")
    code, _, err = command("study", results, f"output={tmp_path / 'study'}")
    assert code == 2
    assert "photograph_3.png" in err
    assert not os.path.lexists(tmp_path / "study")


def test_results_of_evaluate_are_no_comparison(command: Command, tmp_path: Path) -> None:
    code, _, err = command("study", tmp_path, f"output={tmp_path / 'study'}")
    assert code == 2
    assert "holds no comparison: give the output folder of `inpaint-zoo compare`" in err
    assert "results" in command("study", f"output={tmp_path / 'study'}").err
