from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.filterwarnings("ignore:.*does not have many workers", "ignore:.*LeafSpec", "ignore:.*Checkpoint directory")
def test_what_training_adds_is_printed(command: Callable[..., Any]) -> None:
    settings = 'train=["experiment=tiny","data.size=32","model.network.num_residual_blocks=1"]'
    done = command("benchmark", "training", "models=[misf]", settings, "steps=10")
    assert (done.code, done.err) == (0, "")
    assert "95 % interval" in done.out
    assert "misf" in done.out
    assert "10 steps of either kind" in done.out


def test_too_few_steps_and_unknown_models_are_refused(command: Callable[..., Any]) -> None:
    done = command("benchmark", "training", "steps=5")
    assert done.code == 2
    assert "steps=5 must be at least 10" in done.err
    done = command("benchmark", "training", "models=[misv]")
    assert done.code == 2
    assert "did you mean 'misf'" in done.err
    done = command("benchmark", "training", 'train=["model=madf"]')
    assert done.code == 2
    assert "named by models=" in done.err
