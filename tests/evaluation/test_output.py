from dataclasses import replace
from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.output import Results, results_folder
from inpaint_zoo.evaluation.session import CACHE_FOLDER
from inpaint_zoo.evaluation.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Images, masks and the outputs of another tool, in three folders that exist."""
    for name in ("images", "masks", "theirs"):
        (tmp_path / name).mkdir()
    nodes = {group: {"root": str(tmp_path / f"{name}")} for group, name in (("data", "images"), ("mask", "masks"))}
    sources = {"theirs": str(tmp_path / "theirs"), "telea": "opencv_telea"}
    return Settings(**nodes, protocol={}, sources=sources, manifest=None, device="cpu", lpips=False, lpips_weights="")


@pytest.mark.parametrize(
    ("name", "key"),
    [("images", "data.root"), ("masks/deep/er", "mask.root"), ("images/../theirs/x", "methods.theirs")],
)
def test_no_folder_inside_one_that_is_evaluated(settings: Settings, tmp_path: Path, name: str, key: str) -> None:
    with pytest.raises(InputError, match=rf"^output: .* lies in {key}="):
        results_folder(str(tmp_path / name), settings, Results.EVALUATION)


@pytest.mark.parametrize("name", ["out", "images2", "images.old/x", "."])
def test_any_other_folder(settings: Settings, tmp_path: Path, name: str) -> None:
    assert results_folder(str(tmp_path / name), settings, Results.EVALUATION) == tmp_path / name


def test_a_link_into_an_evaluated_folder_is_followed(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "images")
    with pytest.raises(InputError, match=r"lies in data\.root"):
        results_folder(str(tmp_path / "link" / "out"), settings, Results.EVALUATION)


def test_data_without_a_folder(settings: Settings, tmp_path: Path) -> None:
    bare = replace(settings, data={}, mask={"root": "???"}, sources={"mean": "mean"})
    assert results_folder(str(tmp_path / "out"), bare, Results.EVALUATION) == tmp_path / "out"


@pytest.mark.parametrize("name", Results.EVALUATION.value)
def test_only_files_of_an_evaluation_are_replaced(settings: Settings, tmp_path: Path, name: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text("mine")
    with pytest.raises(InputError, match=f"holds {name}, which this verb has not written"):
        results_folder(str(tmp_path / "out"), settings, Results.EVALUATION)
    (tmp_path / "out" / CACHE_FOLDER).mkdir()
    assert results_folder(str(tmp_path / "out"), settings, Results.EVALUATION) == tmp_path / "out"


def test_evaluate_and_compare_keep_their_results_apart(settings: Settings, tmp_path: Path) -> None:
    for name, ours, theirs in (
        ("images", Results.COMPARISON, Results.EVALUATION),
        ("results.json", Results.EVALUATION, Results.COMPARISON),
    ):
        folder = tmp_path / name / "out"
        (folder / CACHE_FOLDER).mkdir(parents=True)
        (folder / name).touch()
        bare = replace(settings, data={})
        assert results_folder(str(folder), bare, ours) == folder
        with pytest.raises(InputError, match=rf"^output: {folder} holds .*: give a new folder$"):
            results_folder(str(folder), bare, theirs)
