from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from omegaconf import OmegaConf

from inpaint_zoo.errors import InputError
from inpaint_zoo.training.distributed import same_config
from inpaint_zoo.training.distributed.same_config import SameConfig, differences

CONFIG = {"seed": 0, "run_dir": "a", "data": {"batch_size": 2, "size": [32, 32], "exclude": []}, "ckpt_path": None}


def setup(callback: SameConfig) -> None:
    trainer: Any = SimpleNamespace()
    callback.setup(trainer, trainer, "fit")


@pytest.fixture
def ranks(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[SameConfig]]:
    """The callbacks of processes whose configurations differ from `CONFIG` as given."""

    def make(*changes: dict[str, Any]) -> list[SameConfig]:
        callbacks = [SameConfig(OmegaConf.merge(CONFIG, change)) for change in changes]

        def gather(own: list[Any]) -> list[Any]:
            values = [callback.values for callback in callbacks]
            return values if isinstance(own[0], dict) else [str(sorted(value.items())) for value in values]

        monkeypatch.setattr(same_config, "gather", gather)
        return callbacks

    return make


def test_equal_configurations_pass(ranks: Callable[..., list[SameConfig]], monkeypatch: pytest.MonkeyPatch) -> None:
    callbacks, exchanged = ranks({}, {}, {}), list[Any]()
    answer = same_config.gather

    def gather(own: list[Any]) -> list[Any]:
        exchanged.extend(own)
        return answer(own)

    monkeypatch.setattr(same_config, "gather", gather)
    for callback in callbacks:
        setup(callback)
    assert len(exchanged) == 3  # one hash from each process, and no configuration
    assert len(set(exchanged)) == 1


def test_each_process_names_the_keys_that_differ(ranks: Callable[..., list[SameConfig]]) -> None:
    callbacks = ranks({}, {"seed": 1, "data": {"size": [32, 64]}})
    line = (
        "^processes differ in their configuration: data.size.1 is 32 in process 0 and 64 in process 1; "
        "seed is 0 in process 0 and 1 in process 1: start all with one command$"
    )
    for callback in callbacks:
        with pytest.raises(InputError, match=line):
            setup(callback)


def test_few_of_many_differences_are_named() -> None:
    line = differences([{}, dict.fromkeys("abcde", '"x"')])
    assert line.startswith('processes differ in their configuration: a is missing in process 0 and "x" in process 1; ')
    assert ", and 2 more: " in line


def test_a_null_and_an_empty_list_are_values() -> None:
    assert SameConfig(OmegaConf.create(CONFIG)).values == {
        "seed": "0", "run_dir": '"a"', "data.batch_size": "2", "data.size.0": "32", "data.size.1": "32",
        "data.exclude": "[]", "ckpt_path": "null",
    }  # fmt: skip
