"""`inpaint-zoo ablate`: what it refuses, and a whole study of tiny networks."""

from __future__ import annotations

from pathlib import Path

import pytest

from inpaint_zoo.cli.main import main
from inpaint_zoo.config.compose import options
from inpaint_zoo.errors import InputError
from inpaint_zoo.jobs.ablation.study import Study

TINY = ["experiment=tiny", "data=photographs", "data.size=64", "trainer.max_steps=1", "trainer.val_check_interval=1"]
EVALUATION = 'evaluation=["data=photographs","size=64","lpips=false","data.eval_repeats=1"]'


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["study=mifs"], "study"),
        (["study=misf", "model=madf"], "model= is decided by the study: give study="),
        (["study=misf", "seed=3"], "seed= is decided by the study: give seeds="),
        (["study=misf", "seeds=[]"], "seeds=[] must be a list with at least one value"),
        (["study=misf", "seeds=[0,0]"], "seeds: a value is given twice"),
        (["study=misf", "seeds=[-1]"], "seeds=-1 must lie in"),
        (["study=misf", "study.variants=null"], "study.variants must be a mapping"),
        (["study=misf", "+study.variants.mine=5"], "study.variants must be a mapping"),
        (["study=misf", "study.quoted={}"], "study.quoted must be null, or a mapping with file, table, source, rows"),
        (["study=misf", "evaluation=5"], "evaluation=5 must be a list of overrides"),
        (["study=misf", "evaluation=[[1]]"], "must be a list of overrides"),
        (["study=misf", 'evaluation=["data.rooot=x"]'], "evaluation: there is no key 'data.rooot'"),
        (
            ["study=misf", 'evaluation=["data=folder","data.root=nowhere"]'],
            "evaluation: data.root: 'nowhere' does not exist",
        ),
        (["study=misf"], "evaluation: data.root is missing: give data.root=DIR"),
        (
            ["study=misf", 'evaluation=["data=photographs","lpips=false","methods.x=nowhere.ckpt"]'],
            "evaluation: methods.x: 'nowhere.ckpt' is not a file",
        ),
        (["study=misf", "seeds=[true,1]"], "seeds=true must be a whole number"),
        (
            ["study=misf", "~study.title"],
            "study.title is missing: a study has title, model, reference, variants, quoted",
        ),
    ],
)
def test_what_makes_no_study_is_refused(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ablate", *arguments, f"run_dir={tmp_path / 'study'}"]) == 2
    printed = capsys.readouterr().err
    assert message in printed
    assert printed.count("\n") == 1
    assert not (tmp_path / "study").exists()


OWN = """\
title: Two of them
model: misf
reference: published
variants: {plain: ablation_misf_no_filtering, published: null}
quoted:
  file: ctsdg_iccv2021
  table: paris_street_view_ablation
  source: another model
  rows: {published: CTSDG}
"""
WARM = """\
# @package _global_
defaults:
  - override /lr_schedule@model.lr_schedule: warmup_cosine
"""


@pytest.mark.slow
def test_a_study_trains_compares_quotes_and_resumes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "own" / "study" / "mine.yaml"
    warm = tmp_path / "own" / "experiment" / "warm.yaml"
    for path, text in ((own, OWN), (warm, WARM)):
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    folder = tmp_path / "study"
    # a key that only one of the experiments has
    settings = ["experiment=[tiny,warm]", "model.lr_schedule.warmup_steps=0", *TINY[1:], EVALUATION]
    command = ["ablate", "--config-dir", str(tmp_path / "own"), "study=mine", *settings, f"run_dir={folder}"]
    assert main([*command, "seeds=[0]"]) == 0
    first = (folder / "trainings" / "0" / "last.ckpt").read_bytes()
    assert main([*command, "seeds=[0,5]"]) == 0
    assert (folder / "trainings" / "0" / "last.ckpt").read_bytes() == first
    assert all((folder / "trainings" / str(number) / "result.json").is_file() for number in range(4))
    text = " ".join((folder / "ablation.md").read_text(encoding="utf-8").split())
    assert "| plain |" in text
    assert "| published | 32.93 | 27.48 | 22.89 |" in text
    assert "Quoted, not measured here" in text
    assert "published_5" in (folder / "comparison" / "records.csv").read_text(encoding="utf-8")
    assert "tables:" in capsys.readouterr().out


def test_a_training_that_has_not_ended_is_not_compared(tmp_path: Path) -> None:
    run = tmp_path / "trainings" / "0"
    run.mkdir(parents=True)
    (run / "last.ckpt").touch()
    study = Study(tmp_path, "misf", {"published": None}, [3], overrides=(), experiments="", launcher=())
    with pytest.raises(InputError, match=r"^published with seed 3 has not been trained to its end: see .*trainings.0$"):
        study.checkpoints()


@pytest.mark.slow
def test_every_study_names_experiments_of_its_model() -> None:
    from inpaint_zoo.config.compose import compose_config, option

    for name in options("study"):
        study = option("study", name)
        assert study.reference in study.variants
        for own in study.variants.values():
            experiment = [] if own is None else [f"experiment={own}"]
            config = compose_config("train", [f"model={study.model}", *experiment])
            assert config.model._target_ == option("model", study.model)._target_
