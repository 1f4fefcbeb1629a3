from __future__ import annotations

from pathlib import Path

import pytest
from pytorch_lightning.loggers import CSVLogger, Logger

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.training.loggers import ImageLogger, SummaryLogger
from inpaint_zoo.training.loggers.build import build_loggers


@pytest.fixture
def loggers(tmp_path: Path) -> list[Logger]:
    """CSV, TensorBoard and W&B, none of which has started."""
    return build_loggers(compose_config("train", ["logger=many", "data.root=x", "run_dir=y"]), tmp_path)


def test_who_accepts_images_and_summaries(loggers: list[Logger]) -> None:
    accepts = {
        type(logger).__name__: (isinstance(logger, ImageLogger), isinstance(logger, SummaryLogger))
        for logger in loggers
    }
    assert accepts == {"MetricsCSV": (False, False), "TensorBoardEvents": (True, False), "WandbRun": (True, True)}


def test_any_logger_with_the_method_counts(tmp_path: Path) -> None:
    class Shows(CSVLogger):
        def log_images(self, images: object, step: int) -> None:
            pass

    assert isinstance(Shows(tmp_path), ImageLogger)
    assert not isinstance(Shows(tmp_path), SummaryLogger)
