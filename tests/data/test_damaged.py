"""Damaged images: paired masks mark pixels that nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from inpaint_zoo.data import FolderDataModule
from inpaint_zoo.data.sampler import Key
from inpaint_zoo.errors import InputError

Data = Callable[..., FolderDataModule]


@pytest.fixture
def root(write_images: Callable[..., Path]) -> Path:
    """Images whose left half is damaged, where they are black."""
    root = write_images("train/a.png", "train/b.png", "val/c.png")
    for path in root.rglob("*.png"):
        pixels = np.maximum(np.asarray(Image.open(path)), 1)
        pixels[:, :12] = 0
        Image.fromarray(pixels).save(path)
        mask = root / "masks" / path.relative_to(root)
        mask.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.repeat(np.uint8([[255] * 12 + [0] * 12]), 20, axis=0)).save(mask)
    return root


def test_damage_follows_its_image_and_is_no_part_of_the_mask(folder_data: Data, root: Path) -> None:
    data = folder_data(root=str(root), masks="masks", damaged=True)
    seen = torch.zeros(2)
    for number in range(20):
        sample: Any = data.train_dataset[Key(0, number % 2, number)]
        assert torch.equal(sample["damage"].bool(), (sample["image"] == 0).all(0, keepdim=True))
        assert not (sample["mask"] * sample["damage"]).any()
        seen += torch.stack([sample["mask"].sum(), sample["damage"].sum()])
    assert seen.min() > 0


def test_validation_has_the_damage_of_each_image(folder_data: Data, root: Path) -> None:
    data = folder_data(root=str(root), masks="masks", damaged=True, eval_repeats=3)
    (batch, *_) = data.val_dataloader()
    assert torch.equal(batch["damage"].bool(), (batch["image"] == 0).all(1, keepdim=True))
    assert not (batch["mask"] * batch["damage"]).any()
    assert not torch.equal(batch["mask"][0], batch["mask"][1])


def test_without_masks_of_the_damage_it_is_refused(folder_data: Data, root: Path) -> None:
    with pytest.raises(InputError, match=r"data\.damaged=true needs data\.masks=DIR"):
        folder_data(root=str(root), damaged=True)


def test_a_training_on_damaged_images_alone_and_no_evaluation(
    command: Callable[..., Any], root: Path, small_checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    data = (f"data.root={root}", "data.masks=masks", "data.damaged=true", "data.num_workers=0")
    outcome = command(
        "train", "model=misf", "experiment=tiny", "data.size=24", "data.resize=24", "data.batch_size=1", *data,
        f"run_dir={tmp_path / 'run'}", "trainer.max_steps=2", "model.loss_weights.adversarial=0",
        "model.loss_weights.discriminator=0",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    outcome = command(
        "evaluate", f"ckpt={small_checkpoint('misf')}", *data, "data.folders.test=val", f"output={tmp_path / 'out'}"
    )
    assert outcome.code == 2
    assert "these images are not complete" in outcome.err
