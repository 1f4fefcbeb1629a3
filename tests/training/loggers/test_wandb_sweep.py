from pathlib import Path

import pytest
import yaml

from inpaint_zoo.config.compose import compose_config

RECIPE = Path(__file__).parents[3] / "docs" / "wandb_sweep.yaml"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of W&B's own imports
def test_the_arguments_that_an_agent_makes_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    from wandb.sdk.launch.sweeps.utils import create_sweep_command, create_sweep_command_args

    recipe = yaml.safe_load(RECIPE.read_text())
    assert recipe["metric"] == {"name": "val/psnr", "goal": "maximize"}
    chosen = {"model": "madf", "model.optimizer.lr": 3.1e-05, "data.batch_size": 4}
    assert chosen.keys() == recipe["parameters"].keys()
    made = create_sweep_command_args({"args": {key: {"value": value} for key, value in chosen.items()}})
    words = [
        word
        for part in create_sweep_command(recipe["command"])
        for word in (made[part[2:-1]] if part.startswith("${") else [part])
    ]
    assert words[:2] == ["inpaint-zoo", "train"]
    monkeypatch.setenv("WANDB_PROJECT", "of the agent")
    monkeypatch.setenv("WANDB_ENTITY", "team")
    config = compose_config("train", [*words[2:], "run_dir=runs/x"])
    assert config.model._target_.endswith("MADF")
    assert (config.model.optimizer.lr, config.data.batch_size) == (3.1e-05, 4)
    assert (config.logger.wandb.project, config.logger.wandb.entity) == ("of the agent", "team")
