from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import CONF_DIR, compose_config
from inpaint_zoo.data import PhotographsDataModule
from inpaint_zoo.data.overfitting import overfit
from inpaint_zoo.errors import InputError


@pytest.fixture
def data() -> PhotographsDataModule:
    config: Any = compose_config("base", ["+data=photographs"]).data
    config.update(size=32, batch_size=3, num_workers=0, samples_per_epoch=9)
    mask = construct(OmegaConf.load(Path(CONF_DIR) / "mask" / "irregular.yaml"))
    data: PhotographsDataModule = construct(config, mask=mask, eval_mask=mask, seed=0)
    return data


def test_training_and_validation_see_the_same_samples_in_every_epoch(data: PhotographsDataModule) -> None:
    overfit(data, 2)
    expected = {sample["name"]: sample for sample in map(data.val_dataset.__getitem__, range(2))}
    assert len(expected) == len(data.val_dataset) == 2
    batches = list(data.train_dataloader()) + list(data.train_dataloader())
    assert len(batches) == 6
    for batch in batches:
        for name, image, mask in zip(batch["name"], batch["image"], batch["mask"], strict=True):
            assert torch.equal(image, expected[name]["image"])
            assert torch.equal(mask, expected[name]["mask"])
    (validation,) = data.val_dataloader()
    assert validation["name"] == list(expected)


def test_a_number_that_cannot_be(data: PhotographsDataModule) -> None:
    with pytest.raises(InputError, match="overfit_samples=0"):
        overfit(data, 0)
    overfit(data, 100)
    assert len(data.val_dataset) == 12
