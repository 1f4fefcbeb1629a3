from __future__ import annotations

import pytest
from omegaconf import OmegaConf

from inpaint_zoo.config import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.training.settings import check_settings


@pytest.mark.parametrize(
    "setting",
    [
        "trainer.max_steps=0", "trainer.max_steps=-1", "trainer.max_steps=1.5", "trainer.log_every_n_steps=0",
        "trainer.accumulate_grad_batches=0", "trainer.val_check_interval=0", "trainer.val_check_interval=0.5",
        "trainer.num_nodes=0", "trainer.gradient_clip_val=-1", "trainer.gradient_clip_val=nan",
        "trainer.gradient_clip_val=much", "checkpoint_every=0", "checkpoint_every=null", "checkpoint_minutes=0",
        "checkpoint_minutes=inf", "process_timeout=0", "process_timeout=null", "pictures_every=0",
        "num_sample_pictures=-1", "num_worst_pictures=some", "compile=maybe", "run_dir=", "seed=abc",
    ],
)  # fmt: skip
def test_a_number_that_makes_no_sense_is_named(setting: str) -> None:
    key, _, _ = setting.partition("=")
    with pytest.raises(InputError, match=rf"^{key.replace('.', '[.]')}="):
        check_settings(compose_config("train", ["run_dir=x", setting]))


@pytest.mark.parametrize(
    "setting",
    ["trainer.max_steps=1", "trainer.gradient_clip_val=null", "pictures_every=null", "checkpoint_minutes=0.5"],
)
def test_what_is_offered_passes_as_it_is(setting: str) -> None:
    config = compose_config("train", ["run_dir=x", setting])
    before = OmegaConf.to_yaml(config)
    check_settings(config)
    assert OmegaConf.to_yaml(config) == before
