from __future__ import annotations

import re
from pathlib import Path

import pytest

from inpaint_zoo.bundles import list_bundles
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.zoo import list_models

MAKEFILE = (Path(__file__).parents[2] / "Makefile").read_text()
MODELS = re.findall(r"^MODELS := (.*)$", MAKEFILE, re.MULTILINE)[0].split()


def test_the_demo_trains_models_of_the_package():
    assert len(MODELS) == 3
    assert set(MODELS) <= set(list_models())


@pytest.mark.parametrize("model", MODELS)
def test_a_training_of_the_demo_is_fixed_in_steps_and_needs_no_download(model):
    config = compose_config("train", [f"experiment=demo_{model}"])
    assert config.model._target_.startswith(f"inpaint_zoo.models.{model}.")
    assert config.trainer.max_steps <= 1500
    assert config.model.loss_weights.perceptual == config.model.loss_weights.style == 0


def test_the_comparison_of_the_demo_holds_all_that_needs_no_training():
    config = compose_config("compare", ["experiment=demo_comparison", "output=x"])
    # patchmatch needs an optional library
    assert set(config.methods.values()) == {*FILLS, *list_bundles()} - {"patchmatch"}
    assert config.reference in config.methods
