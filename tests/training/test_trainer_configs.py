"""conf/trainer: what each file says is what the Trainer takes."""

import pytest

from inpaint_zoo.config.build import locate, signature_of
from inpaint_zoo.config.compose import CONF_DIR, compose_config

NAMES = sorted(path.stem for path in (CONF_DIR / "trainer").glob("*.yaml"))


def test_the_files_are_those_that_the_documentation_names() -> None:
    assert NAMES == ["cpu", "ddp", "default", "gpu", "mps"]


@pytest.mark.parametrize("name", NAMES)
def test_keys_are_arguments_of_the_trainer(name: str) -> None:
    config, default = (compose_config("base", [f"+trainer={choice}"]).trainer for choice in (name, "default"))
    assert set(config) - {"_target_"} <= set(signature_of(locate(config._target_)).parameters)
    assert set(config) == set(default)


def test_ddp_searches_no_unused_parameters() -> None:
    trainer = compose_config("base", ["+trainer=ddp"]).trainer
    assert (trainer.strategy, trainer.accelerator, trainer.devices) == ("ddp", "auto", "auto")
