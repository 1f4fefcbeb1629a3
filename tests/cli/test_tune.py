from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inpaint_zoo.cli.tune import OWN_KEYS
from inpaint_zoo.config.compose import compose_config

Command = Callable[..., Any]
COMMON = ["tune", "data=photographs", "search.model.optimizer.lr=tag(log, interval(1e-5,1e-1))"]


def test_own_keys_are_those_that_train_does_not_have() -> None:
    tune, train = (set(compose_config(verb, ["data.root=x"])) for verb in ("tune", "train"))
    assert set(OWN_KEYS) == (tune - train) | {"run_dir"}
    assert train <= tune


def test_without_optuna_it_is_said_how_to_get_it(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "optuna"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "optuna", None)  # type: ignore[arg-type]
    code, out, err = command(*COMMON, f"run_dir={tmp_path}")
    assert (code, out) == (2, "")
    assert err.endswith(": pip install 'inpaint-zoo[sweeps]'\n")
    assert err.count("\n") == 1
