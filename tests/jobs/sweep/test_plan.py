from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode

from inpaint_zoo.config.compose import compose, compose_config, hydra_session
from inpaint_zoo.errors import InputError
from inpaint_zoo.jobs.sweep.plan import Plan, check_complete, plan_sweep, sweep_folder

BASE = ["data=photographs", "experiment=tiny"]


@pytest.fixture(autouse=True)
def _hydra() -> Iterator[None]:
    with hydra_session("train"):
        yield


def plan(folder: Path, *overrides: str) -> Plan:
    given = [*BASE, *overrides]
    master = compose("train", [*given, f"hydra.sweep.dir={folder}"], RunMode.MULTIRUN)
    return plan_sweep(GlobalHydra.instance().config_loader(), master, given)


def test_jobs_are_the_product_of_all_lists_in_the_order_of_nested_loops(tmp_path: Path) -> None:
    found = plan(tmp_path, "model=misf,madf", "trainer.max_steps=5", "seed=range(2)", "data.batch_size=choice(2,4)")
    product = itertools.product(("misf", "madf"), "01", "24")
    expected = [{"model": model, "seed": seed, "data.batch_size": size} for model, seed, size in product]
    assert [job.varied for job in found.jobs] == expected
    assert [job.number for job in found.jobs] == list(range(8))
    assert [job.folder for job in found.jobs] == [tmp_path / str(number) for number in range(8)]
    assert found.jobs[3].title == "model=misf seed=1 data.batch_size=4"
    assert "trainer.max_steps=5" in found.jobs[3].overrides
    assert list(tmp_path.iterdir()) == []


def test_the_last_override_of_a_key_counts(tmp_path: Path) -> None:
    assert [job.varied["seed"] for job in plan(tmp_path, "seed=0,1", "seed=5,6,7").jobs] == ["5", "6", "7"]


def test_a_job_with_a_checkpoint_is_resumed(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "last.ckpt").touch()
    resumed = [[text for text in job.overrides if "ckpt_path" in text] for job in plan(tmp_path, "seed=0,1").jobs]
    assert resumed == [[], ["ckpt_path=last"]]
    resumed = [
        [text for text in job.overrides if "ckpt_path" in text]
        for job in plan(tmp_path, "seed=0,1", "ckpt_path=last").jobs
    ]
    assert resumed == [["ckpt_path=null"], ["ckpt_path=last"]]


def test_the_configuration_of_hydra_is_the_one_of_the_command_afterwards(tmp_path: Path) -> None:
    found = plan(tmp_path, "seed=0,1")
    assert HydraConfig.get().sweep.dir == str(tmp_path)
    assert "run_dir=" in found.jobs[1].overrides[-1]


def test_a_mistake_names_its_job(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^job 2 of 2 \(data=folder\): data\.root is missing: give data\.root=DIR$"):
        plan(tmp_path, "data=photographs,folder")


@pytest.mark.parametrize(
    ("overrides", "folder"),
    [
        (["run_dir=here"], "here"),
        (["run_dir=here", "hydra.sweep.dir=there"], "there"),
        (["hydra.sweep.dir=there"], "there"),
    ],
)
def test_the_folder_of_a_sweep(overrides: list[str], folder: str) -> None:
    config = compose("train", [*BASE, *overrides], RunMode.MULTIRUN)
    assert sweep_folder(config, overrides) == Path(folder).absolute()


def test_the_first_missing_key_is_named() -> None:
    check_complete(compose_config("train", [*BASE, "run_dir=."]))
    with pytest.raises(InputError, match=r"^data\.root is missing: give data\.root=DIR$"):
        check_complete(compose_config("train", ["data=folder", "run_dir=."]))


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["model=misf,madf", "data.size=100"], r"^job 2 of 2 \(model=madf\): MADFNetwork .*data\.size=128\)"),
        (["trainer.max_steps=5,0"], r"^job 2 of 2 \(trainer\.max_steps=0\): trainer\.max_steps=0 must be at least 1"),
        (["data=folder", "data.root=.,nowhere"], r"^job 2 of 2 .*data\.root: 'nowhere' does not exist"),
    ],
)
def test_what_a_job_would_refuse_is_refused_before_the_first(
    tmp_path: Path, overrides: list[str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        plan(tmp_path, *overrides)
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_without_values_has_no_job(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^seed=range\(0\): there is no value"):
        plan(tmp_path, "seed=range(0)")


@pytest.mark.parametrize("seeds", ["0,1,0", "choice(0,1,0)"])
def test_a_value_that_is_given_twice_is_no_second_repetition(tmp_path: Path, seeds: str) -> None:
    with pytest.raises(InputError, match=r"^seed=.*: 0 is given twice: leave one out$"):
        plan(tmp_path, f"seed={seeds}")


def test_jobs_that_would_replace_the_results_of_each_other_are_refused(tmp_path: Path) -> None:
    def planned(output: str) -> list[str | None]:
        given = ["model_name=mean,nearest", "images=a", "masks=b", f"output={output}"]
        master = compose("predict", [*given, f"hydra.sweep.dir={tmp_path}"], RunMode.MULTIRUN)
        return [job.output for job in plan_sweep(GlobalHydra.instance().config_loader(), master, given).jobs]

    with pytest.raises(InputError, match=r"^output: jobs 1 and 2 of 2 would both write to out/filled: ") as caught:
        planned("out/filled")
    (advice,) = re.findall("'output=(.*)'$", str(caught.value))
    assert advice == '"filled/${hydra:job.num}"'
    assert planned(advice) == ["filled/0", "filled/1"]
