"""Where edges and gray come from: the damaged image, unless the complete one is asked for."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from inpaint_zoo.batch import Batch
from inpaint_zoo.layers.edges import canny, gray
from inpaint_zoo.models.structure import Structure, StructureExtractor
from inpaint_zoo.zoo import create_module


def image_and_hole(height, width, batch_size=1):
    generator = torch.Generator().manual_seed(5)
    image = torch.rand(batch_size, 3, height, width, generator=generator)
    mask = torch.zeros(batch_size, 1, height, width)
    mask[..., height // 4 : height // 2 + 3, 2 : width // 2] = 1
    return image, mask


def test_structure_of_the_complete_image_leaks_by_choice_only():
    image, mask = image_and_hole(64, 64)
    damaged, complete = (StructureExtractor(source, "clean")(image, mask) for source in ("damaged", "complete"))
    assert (damaged.edge * mask).sum() == (damaged.gray * mask).sum() == 0
    assert (complete.edge * mask).sum() > 0
    assert torch.equal(complete.edge, canny(gray(image)).float())


def test_a_batch_gets_the_structure_of_its_input_and_of_the_truth() -> None:
    image, mask = image_and_hole(32, 48, batch_size=2)
    extract = StructureExtractor("damaged", "clean")
    batch = extract.of_batch({"image": image, "mask": mask, "name": ["a", "b"]})
    assert batch["image"] is image
    assert all(torch.equal(one, other) for one, other in zip(batch["known"], extract(image, mask), strict=True))
    assert torch.equal(batch["truth"].gray, gray(image).float())
    assert torch.equal(batch["truth"].edge, canny(gray(image)).float())


@pytest.mark.parametrize(("num_workers", "made_here"), [(0, 3), (1, 0)])
def test_workers_make_the_edges_of_training_batches(  # noqa: PLR0917
    num_workers: int,
    made_here: int,
    command: Callable[..., Any],
    small_network: Callable[[str], dict[str, int]],
    images: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, calls = os.getpid(), []
    original = StructureExtractor.of_complete

    def counted(self: StructureExtractor, image: Tensor) -> Structure:
        if os.getpid() == here:
            calls.append(len(image))
        return original(self, image)

    monkeypatch.setattr(StructureExtractor, "of_complete", counted)
    outcome = command(
        "train", "experiment=tiny", "model=ctsdg", "data.size=32", "trainer.max_steps=3",
        *(f"model.network.{key}={value}" for key, value in small_network("ctsdg").items()),
        f"data.num_workers={num_workers}", f"data.root={images(*(f'{i}.png' for i in range(4)))}",
        f"run_dir={tmp_path / 'run'}",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert len(calls) == made_here


@pytest.mark.parametrize("name", ["ctsdg", "edgeconnect"])
def test_what_workers_do_can_be_sent_to_them(name: str, small_network: Callable[[str], dict[str, int]]) -> None:
    module = create_module(name, network=small_network(name), loss_network="random")
    assert module.prepare_batch is not None
    sent = pickle.loads(pickle.dumps(module.prepare_batch))
    image, mask = image_and_hole(32, 32)
    batch = Batch(image=image, mask=mask, name=["a"])
    for one, other in zip(sent(batch)["truth"], module.prepare_batch(batch)["truth"], strict=True):
        assert torch.equal(one, other)


def test_the_wrapped_range_changes_the_gray_before_the_edges() -> None:
    image, mask = image_and_hole(32, 32)
    clean, wrapped = (StructureExtractor("complete", name)(image, mask) for name in ("clean", "wrapped"))
    assert not torch.equal(clean.gray, wrapped.gray)
    assert torch.equal(wrapped.edge, canny(wrapped.gray.double()).float())
