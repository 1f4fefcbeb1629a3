from __future__ import annotations

from pathlib import Path

import pytest
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, open_dict

from inpaint_zoo.config.compose import compose, compose_config, hydra_session
from inpaint_zoo.training.loggers import RunIdentity, WandbRun
from inpaint_zoo.training.loggers.build import build_loggers

GIVEN = ["data.root=x", "run_dir=y", "seed=7", "model=madf"]


@pytest.mark.parametrize("overrides", [["logger=none"], ["logger=null"], ["~logger.csv"], ["logger.csv=null"]])
def test_no_logger(overrides: list[str], tmp_path: Path) -> None:
    assert build_loggers(compose_config("train", [*GIVEN, *overrides]), tmp_path) == []


def test_loggers_write_to_the_run_folder_in_the_order_of_the_configuration(tmp_path: Path) -> None:
    loggers = build_loggers(compose_config("train", [*GIVEN, "logger=many"]), tmp_path)
    assert [type(logger).__name__ for logger in loggers] == ["MetricsCSV", "TensorBoardEvents", "WandbRun"]
    assert [Path(str(logger.log_dir)) for logger in loggers[:2]] == [tmp_path, tmp_path / "tensorboard"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("mode", "identity"),
    [
        (RunMode.RUN, RunIdentity("madf-seed7", None, None)),
        (RunMode.MULTIRUN, RunIdentity("madf-seed7", "my sweep", "3")),
    ],
)
def test_a_run_is_identified_by_model_seed_and_job(mode: RunMode, identity: RunIdentity, tmp_path: Path) -> None:
    with hydra_session("train"):
        config: DictConfig = compose("train", [*GIVEN, "logger=wandb", "hydra.sweep.dir=runs/my sweep"], mode)
        with open_dict(config):
            config.hydra.mode, config.hydra.job.num = mode, 3
        HydraConfig.instance().set_config(config)
        with open_dict(config):
            del config["hydra"]
        (logger,) = (one for one in build_loggers(config, tmp_path) if isinstance(one, WandbRun))
    assert logger._identity == identity
    assert logger._config["seed"] == 7
