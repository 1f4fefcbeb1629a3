from pathlib import Path

import pytest

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.training.runs.files import RESULT
from inpaint_zoo.training.runs.result import Result, config_hash, read_result, write_result


@pytest.mark.parametrize("value", [21.25, None])
def test_comes_back(tmp_path: Path, value: float | None) -> None:
    result = Result(metric="val/psnr", value=value, step=12, config="abc")
    write_result(tmp_path, result)
    assert read_result(tmp_path) == result


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"metric": 1, "value": 2, "step": 3, "config": "x"}', "\x00\xff"])
def test_what_is_no_result_is_none(tmp_path: Path, text: str) -> None:
    assert read_result(tmp_path) is None
    (tmp_path / RESULT).write_bytes(text.encode("latin-1"))
    assert read_result(tmp_path) is None


def test_the_hash_is_that_of_what_is_trained() -> None:
    common = ["experiment=tiny", "data.root=x", "run_dir=a"]
    own = config_hash(compose_config("train", common))
    assert own == config_hash(compose_config("train", [*common[:2], "run_dir=b", "ckpt_path=last"]))
    assert own != config_hash(compose_config("train", [*common, "seed=1"]))
    assert own != config_hash(compose_config("train", [*common, "model.optimizer.lr=0.5"]))
