from __future__ import annotations

import pytest
from omegaconf import OmegaConf

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.training.settings import check_settings


@pytest.mark.parametrize(
    "setting",
    [
        "trainer.max_steps=0", "trainer.max_steps=-1", "trainer.max_steps=1.5", "trainer.log_every_n_steps=0",
        "trainer.accumulate_grad_batches=0", "trainer.val_check_interval=0", "trainer.val_check_interval=0.5",
        "trainer.num_nodes=0", "trainer.gradient_clip_val=-1", "trainer.gradient_clip_val=nan",
        "trainer.gradient_clip_val=much", "checkpoint_every=0", "checkpoint_every=null", "checkpoint_minutes=0",
        "checkpoint_minutes=inf", "process_timeout=0", "process_timeout=null", "images_every=0",
        "trainer.num_sanity_val_steps=-1", "trainer.enable_progress_bar=some", "+trainer.enable_checkpointing=1",
        "trainer.check_val_every_n_epoch=1", "trainer.use_distributed_sampler=true", "mode=high", "mode=min",
        "num_sample_images=-1", "num_worst_images=some", "compile=maybe", "run_dir=", "seed=abc",
    ],
)  # fmt: skip
def test_a_number_that_makes_no_sense_is_named(setting: str) -> None:
    key, _, _ = setting.removeprefix("+").partition("=")
    with pytest.raises(InputError, match=rf"^{key.replace('.', '[.]')}="):
        check_settings(compose_config("train", ["run_dir=x", setting]))


@pytest.mark.parametrize(
    "setting",
    [
        "trainer.max_steps=1", "trainer.gradient_clip_val=null", "images_every=null", "checkpoint_minutes=0.5",
        "trainer.enable_progress_bar=false", "+trainer.enable_checkpointing=false", "trainer.num_sanity_val_steps=2",
    ],
)  # fmt: skip
def test_what_is_offered_passes_as_it_is(setting: str) -> None:
    config = compose_config("train", ["run_dir=x", setting])
    before = OmegaConf.to_yaml(config)
    check_settings(config)
    assert OmegaConf.to_yaml(config) == before


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("callbacks", r"give \+callbacks\.NAME\._target_=CLASS"), ("logger", "give logger=NAME"),
        ("default_root_dir", "give run_dir=DIR"), ("plugins", "precision and strategy"),
    ],
)  # fmt: skip
def test_what_stands_elsewhere_is_told_where(key: str, advice: str) -> None:
    with pytest.raises(InputError, match=rf"^trainer\.{key} is not accepted: .*{advice}"):
        check_settings(compose_config("train", ["run_dir=x", f"+trainer.{key}=null"]))


@pytest.mark.parametrize(
    ("monitor", "mode", "right"),
    [("val/lpips", "max", "min"), ("val/20-40/hole_l1", "max", "min"), ("val/ssim", "min", "max")],
)
def test_a_mode_that_would_keep_the_worst_is_refused(monitor: str, mode: str, right: str) -> None:
    with pytest.raises(InputError, match=f"^mode={mode} would keep the worst by monitor={monitor}: give mode={right}$"):
        check_settings(compose_config("train", ["run_dir=x", f"monitor={monitor}", f"mode={mode}"]))
    check_settings(compose_config("train", ["run_dir=x", f"monitor={monitor}", f"mode={right}"]))
    check_settings(compose_config("train", ["run_dir=x", "monitor=val/my_own", f"mode={mode}"]))
